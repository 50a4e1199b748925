// W3C trace context (https://www.w3.org/TR/trace-context/): read, make, pass on. Used by the gateway's sessions and the services' calls.
#pragma once

#include <string>
#include <string_view>

namespace rpc {

/// The identity of one request's trace, lower-case hex as in the `traceparent` header.
struct Trace {
  std::string trace_id;   ///< 32 digits
  std::string parent_id;  ///< 16 digits: this program's own span
  bool sampled = true;

  /// "00-<trace_id>-<parent_id>-01"
  std::string traceparent() const;
};

/// Goes on with the trace of `traceparent` under a span of our own, or begins a new one where the header is absent or malformed.
Trace continue_trace(std::string_view traceparent);

}  // namespace rpc
