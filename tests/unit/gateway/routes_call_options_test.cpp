// What a call to a service takes from the request.
#include "routes/call_options.hpp"

#include "support/catch.hpp"

using backend::Consistency;
using http::Request;

namespace {

Consistency consistency(std::string_view prefer) {
  Request request;
  request.headers.prefer = prefer;
  const auto options = routes::call_options(request);
  REQUIRE(options);
  return options->consistency;
}

}  // namespace

TEST_CASE("deadline, trace and cancellation go along with every call") {
  Request request;
  request.deadline = base::SteadyClock::now();
  request.headers.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  request.headers.consistency_token = "not looked at";
  const auto options = routes::plain_options(request);
  CHECK(options.deadline == request.deadline);
  CHECK(options.traceparent == request.traceparent());
  CHECK(options.cancellation == &request.cancellation);
  CHECK_FALSE(options.position);
  CHECK(options.consistency == Consistency::session);
}

TEST_CASE("the client's token goes along; one that no answer has carried is refused by name") {
  Request request;
  request.headers.consistency_token = "1/A@2";
  CHECK(routes::call_options(request)->position == base::Position{0x10000000A, 2});
  request.headers.consistency_token = "newest";
  const auto refused = routes::call_options(request);
  REQUIRE(refused.has_error());
  CHECK(refused.error().code == base::Code::invalid_argument);
  REQUIRE(refused.error().fields.size() == 1);
  CHECK(refused.error().fields[0].field == "X-Consistency-Token");
}

TEST_CASE("which state of the data is preferred; what is not known is passed over") {
  CHECK(consistency("") == Consistency::session);
  CHECK(consistency("consistency=strong") == Consistency::strong);
  CHECK(consistency("Consistency=EVENTUAL") == Consistency::eventual);
  CHECK(consistency("respond-async, consistency=strong; foo=bar , wait=10") == Consistency::strong);
  CHECK(consistency("consistency=odd") == Consistency::session);
  CHECK(consistency("consistency") == Consistency::session);
  CHECK(consistency("return=minimal;consistency=strong") == Consistency::session);
}
