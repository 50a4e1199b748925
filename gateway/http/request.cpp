#include "http/request.hpp"

#include "rpc/trace.hpp"

#include <algorithm>

namespace http {
namespace {

bool safe(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == ':' ||
           c == '/';
  });
}

}  // namespace

std::string_view name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "OTHER";
}

void Request::begin_trace() {
  if (traceparent_.empty()) traceparent_ = rpc::continue_trace(headers.traceparent).traceparent();
}

std::string_view Request::trace_id() {
  begin_trace();
  return std::string_view(traceparent_).substr(3, 32);
}

const std::string& Request::traceparent() {
  begin_trace();
  return traceparent_;
}

std::string_view Request::id() { return safe(headers.request_id) ? headers.request_id : trace_id(); }

}  // namespace http
