#include "routes/call_options.hpp"

#include "http/list.hpp"

namespace routes {

backend::CallOptions plain_options(http::Request& request) {
  backend::CallOptions options;
  options.deadline = request.deadline;
  options.traceparent = request.traceparent();
  options.client = request.client;
  options.cancellation = &request.cancellation;
  return options;
}

base::Result<backend::CallOptions> call_options(http::Request& request) {
  backend::CallOptions options = plain_options(request);
  if (const auto token = request.headers.consistency_token; !token.empty()) {
    const auto position = base::parse_token(token);
    if (!position) return base::invalid("X-Consistency-Token", "is not a token that an answer has carried");
    options.position = *position;
  }
  http::for_each_element(request.headers.prefer, [&](std::string_view preference) {
    preference = http::trim(preference.substr(0, preference.find(';')));
    if (http::equal_ignoring_case(preference, "consistency=strong")) options.consistency = backend::Consistency::strong;
    else if (http::equal_ignoring_case(preference, "consistency=eventual")) options.consistency = backend::Consistency::eventual;
  });
  return options;
}

}  // namespace routes
