// Problem documents: the only place where an Error becomes an HTTP status and a body. Called by the session and by every route.
// Source: RFC 9457 (problem details), RFC 9110 15 (status codes).
#pragma once

#include "base/error.hpp"
#include "http/response.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace http {

/// Where a bad value of the client's stood: in path, query or headers (400), or in a well-formed body (422; 400 for
/// base::reason::malformed).
enum class Place { request, body };

/// The table. 499: the client has gone, nothing is sent.
unsigned status_of(const base::Error& error, Place place);

/// A refused line of an import.
struct LineError {
  std::int64_t line;
  std::string field, message;
};

/// `detail` is for people. Adds Retry-After to 429 and 503.
Response problem(Request& request, unsigned status, std::string_view detail, const std::vector<base::FieldViolation>& fields = {});

/// By the table. Details of faults of ours go to the log and not to the client.
Response problem(Request& request, const base::Error& error, Place place = Place::request);

/// The members `failed`, `errors` and `errors_truncated` of an import's answer.
void append_line_errors(std::string& out, std::int64_t failed, const std::vector<LineError>& errors, bool truncated);

/// An import that has stored nothing: 422 with the bad lines.
Response import_problem(Request& request, std::int64_t failed, const std::vector<LineError>& errors, bool truncated);

}  // namespace http
