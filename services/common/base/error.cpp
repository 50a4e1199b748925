#include "base/error.hpp"

#include <array>
#include <stdexcept>

namespace base {

std::string_view name(Code code) {
  static constexpr std::array<std::string_view, 17> names{
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  return names[static_cast<std::size_t>(code)];
}

Error invalid(std::vector<FieldViolation> fields) {
  std::string message = fields.empty() ? "invalid request" : fields.front().field + ": " + fields.front().message;
  if (fields.size() > 1) message += " (and " + std::to_string(fields.size() - 1) + " more)";
  return Error{.code = Code::invalid_argument, .message = std::move(message), .fields = std::move(fields)};
}

Error invalid(std::string field, std::string message) {
  return invalid(std::vector<FieldViolation>{{std::move(field), std::move(message)}});
}

Error not_found(std::string message) { return Error{.code = Code::not_found, .message = std::move(message)}; }

Error version_mismatch(std::string message) {
  return Error{.code = Code::failed_precondition, .message = std::move(message), .reason = std::string(reason::version_mismatch)};
}

Error unavailable(std::string message, std::string detail) {
  return Error{
      .code = Code::unavailable, .message = std::move(message), .detail = std::move(detail), .retry_after = std::chrono::seconds(1)};
}

Error overloaded(std::string message) {
  return Error{.code = Code::resource_exhausted, .message = std::move(message), .retry_after = std::chrono::seconds(1)};
}

Error deadline_exceeded(std::string message) { return Error{.code = Code::deadline_exceeded, .message = std::move(message)}; }

Error cancelled() { return Error{.code = Code::cancelled, .message = "the caller has gone"}; }

Error internal(std::string detail) { return Error{.code = Code::internal, .message = "internal error", .detail = std::move(detail)}; }

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(std::string(name(error.code)) + ": " + error.message + " " + error.detail);
}

}  // namespace base
