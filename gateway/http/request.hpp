// One parsed request as handlers see it. Views point into the session's buffers and hold until the response is written. Made by the
// session; read by every route.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "loop/cancellation.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

inline constexpr std::size_t method_count = 8;

/// "GET"; "OTHER" for what has no name here.
std::string_view name(Method method);

/// The header fields that somebody reads; empty where absent. A list field that was sent in several lines is joined with ", ".
struct Headers {
  std::string_view host;
  std::string_view accept;
  std::string_view accept_encoding;
  std::string_view accept_language;
  std::string_view content_type;
  std::string_view content_encoding;
  std::string_view expect;
  std::string_view origin;
  std::string_view cookie;
  std::string_view if_match;
  std::string_view if_none_match;
  std::string_view prefer;
  std::string_view idempotency_key;
  std::string_view consistency_token;
  std::string_view request_id;
  std::string_view forwarded_for;
  std::string_view traceparent;
  std::string_view sec_fetch_site;
  std::string_view access_control_request_method;
  bool has_idempotency_key = false;  ///< also true for an empty one
};

/// A request body that is read while the handler works, in pieces; the client is read no faster than the handler asks.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// The next piece, valid until the next call; empty at the end. Errors: INVALID_ARGUMENT (broken chunks, the client left in the middle),
  /// OUT_OF_RANGE (beyond the limit), DEADLINE_EXCEEDED (too slow).
  virtual boost::asio::awaitable<base::Result<std::string_view>> read() = 0;
};

struct Request {
  Method method = Method::get;
  std::string_view method_text;
  std::string_view target;     ///< as sent, in origin form
  std::string_view path;       ///< decoded
  std::string_view client;     ///< what tells clients apart: the address, or what a trusted proxy says
  std::string_view raw_query;  ///< as sent, without the question mark
  Headers headers;
  std::string_view body;         ///< for routes that take a whole body
  BodySource* source = nullptr;  ///< for routes that stream it
  /// Values of the pattern's {placeholders}, in order.
  std::array<std::string_view, 3> parameters{};
  base::Deadline deadline{};
  loop::Cancellation cancellation;

  /// 32 hex digits; goes on with the client's trace or begins one.
  std::string_view trace_id();
  /// What is handed on to the services.
  const std::string& traceparent();
  /// The client's, if it is 1 to 128 safe characters; else the trace id.
  std::string_view id();

 private:
  void begin_trace();
  std::string traceparent_;
};

}  // namespace http
