// The one error model: made where the fault is known, carried unchanged, turned into a gRPC status in rpc/status and into an HTTP
// problem document in the gateway. Used by every other room.
#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// What kind of failure. The values are gRPC's (google.rpc.Code), so the translation is a cast.
enum class Code {
  cancelled = 1,
  unknown = 2,
  invalid_argument = 3,
  deadline_exceeded = 4,
  not_found = 5,
  already_exists = 6,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  aborted = 10,
  out_of_range = 11,
  unimplemented = 12,
  internal = 13,
  unavailable = 14,
  data_loss = 15,
  unauthenticated = 16,
};

/// UPPER_SNAKE_CASE name of a code, as gRPC prints it.
std::string_view name(Code code);

/// One refused field of a request.
struct FieldViolation {
  std::string field;
  std::string message;

  bool operator==(const FieldViolation&) const = default;
};

/// Causes that programs compare (google.rpc.ErrorInfo.reason).
namespace reason {
inline constexpr std::string_view version_mismatch = "VERSION_MISMATCH";
inline constexpr std::string_view idempotency_key_reused = "IDEMPOTENCY_KEY_REUSED";
inline constexpr std::string_view page_token_invalid = "PAGE_TOKEN_INVALID";
/// Flink was asked for by name and cannot answer: to ask again at once is of no use.
inline constexpr std::string_view flink_unavailable = "FLINK_UNAVAILABLE";
/// A body that is no JSON, CSV, form, well-chunked text … at all. Made and read inside the gateway; never travels.
inline constexpr std::string_view malformed = "MALFORMED";
}  // namespace reason

/// A failure. `message` and `fields` are for the caller; `detail` is for the log only and never leaves the process.
struct Error {
  Code code = Code::internal;
  std::string message;
  std::vector<FieldViolation> fields;
  std::string reason;
  std::string detail;
  std::optional<std::chrono::milliseconds> retry_after;
};

/// One factory a code, so that call sites read as sentences.
Error invalid(std::vector<FieldViolation> fields);
Error invalid(std::string field, std::string message);
Error not_found(std::string message);
Error version_mismatch(std::string message);
Error unavailable(std::string message, std::string detail = {});
Error overloaded(std::string message);
Error deadline_exceeded(std::string message);
Error cancelled();
/// `detail` goes to the log; the caller only reads "internal error".
Error internal(std::string detail);

/// What may be refused: a value or an Error.
template <class T>
using Result = boost::system::result<T, Error>;

/// Found by boost::system::result when `.value()` is called on an error: throws std::runtime_error. A fault of the program.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace base
