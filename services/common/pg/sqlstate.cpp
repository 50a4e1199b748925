#include "pg/sqlstate.hpp"

namespace pg {
namespace {

bool node_gone(std::string_view s) {
  return s.starts_with("08") || s == "57P01" || s == "57P02" || s == "57P03" || s == "53300" || s == "25006";
}

}  // namespace

base::Error from_sqlstate(std::string_view s, std::string message) {
  using base::Code;
  const std::string detail = "SQLSTATE " + std::string(s) + ": " + message;
  if (node_gone(s)) return base::unavailable("the database is not available", detail);
  if (s == "57014") return {.code = Code::deadline_exceeded, .message = "the database did not answer in time", .detail = detail};
  if (s == "40001" || s == "40P01")
    return {.code = Code::aborted, .message = "a concurrent change came first: try again", .detail = detail};
  if (s == "23505") return {.code = Code::already_exists, .message = "it exists already", .detail = detail};
  if (s == "23503") return {.code = Code::failed_precondition, .message = "something else refers to it", .detail = detail};
  if (s.starts_with("22") || s == "23502" || s == "23514")
    return {.code = Code::invalid_argument, .message = "the database refused a value", .detail = detail};
  if (s.starts_with("53"))
    return {.code = Code::resource_exhausted,
            .message = "the database has no room for this",
            .detail = detail,
            .retry_after = std::chrono::seconds(5)};
  return base::internal(detail);
}

// 26000: a prepared statement of ours is unknown, so the session is not the one we prepared it in (a proxy switched it).
bool poisons_connection(std::string_view s) { return node_gone(s) || s == "26000" || s == "XX000" || s.empty(); }

}  // namespace pg
