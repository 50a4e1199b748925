// What a request says of itself: its trace and its id.
#include "http/request.hpp"

#include "support/catch.hpp"

using http::Request;

namespace {

const std::string given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

}  // namespace

TEST_CASE("the client's trace is gone on with, under a span of our own") {
  Request request;
  request.headers.traceparent = given;
  CHECK(request.trace_id() == "4bf92f3577b34da6a3ce929d0e0e4736");
  const std::string handed_on = request.traceparent();
  CHECK(handed_on.substr(0, 36) == given.substr(0, 36));
  CHECK(handed_on.substr(36, 16) != given.substr(36, 16));
  CHECK(request.traceparent() == handed_on);
}

TEST_CASE("without a trace, or with a broken one, a new one begins and stays") {
  for (const char* broken :
       {"", "00-4bf92f3577b34da6a3ce929d0e0e4736", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "nonsense"}) {
    Request request, other;
    request.headers.traceparent = broken;
    const std::string id(request.trace_id());
    CHECK(id.size() == 32);
    CHECK(is_hex(id));
    CHECK(request.traceparent().substr(3, 32) == id);
    CHECK(other.trace_id() != id);
  }
}

TEST_CASE("the client's own id is kept if it is short and safe, else the trace's stands") {
  for (const std::string& id : {std::string("a"), std::string("req-1_2.3:4/5"), std::string(128, 'x')}) {
    Request request;
    request.headers.request_id = id;
    CHECK(request.id() == id);
  }
  for (const std::string& id : {std::string(), std::string(129, 'x'), std::string("a b"), std::string("a\"b"), std::string("é"),
                                std::string("a\r\nb"), std::string("<a>"), std::string("a;b")}) {
    Request request;
    request.headers.traceparent = given;
    request.headers.request_id = id;
    CHECK(request.id() == "4bf92f3577b34da6a3ce929d0e0e4736");
  }
}
