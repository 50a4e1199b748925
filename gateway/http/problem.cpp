#include "http/problem.hpp"

#include "base/log.hpp"
#include "json/text.hpp"

#include <algorithm>

namespace http {
namespace {

constexpr auto default_retry = std::chrono::seconds(1);

/// The members every problem has; the object stays open.
void begin(std::string& out, Request& request, unsigned status, std::string_view detail) {
  out += R"({"type":"about:blank","title":)";
  json::append_string(out, reason_phrase(status));
  out += ",\"status\":";
  json::append_number(out, status);
  out += ",\"detail\":";
  json::append_string(out, detail);
  out += ",\"trace_id\":";
  json::append_string(out, request.trace_id());
}

Response document(unsigned status) {
  Response response;
  response.status = status;
  response.type = "application/problem+json";
  response.header("Cache-Control", "no-store");
  return response;
}

void add_fields(std::string& out, const std::vector<base::FieldViolation>& fields) {
  if (fields.empty()) return;
  out += ",\"errors\":[";
  for (const base::FieldViolation& field : fields) {
    out += out.back() == '[' ? "{\"field\":" : ",{\"field\":";
    json::append_string(out, field.field);
    out += ",\"message\":";
    json::append_string(out, field.message);
    out += '}';
  }
  out += ']';
}

void add_retry(Response& response, std::chrono::milliseconds after) {
  const auto seconds = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(after).count());
  response.header("Retry-After", std::to_string(seconds));
}

std::string_view public_detail(const base::Error& error, unsigned status) {
  if (status == 500) return "Something went wrong on our side. The trace id leads to it in the log.";
  return error.message;
}

}  // namespace

unsigned status_of(const base::Error& error, Place place) {
  if (error.reason == base::reason::malformed) return 400;
  if (error.reason == base::reason::idempotency_key_reused) return 422;
  if (error.reason == base::reason::version_mismatch) return 412;
  if (error.reason == base::reason::page_token_invalid) return 400;
  switch (error.code) {
    case base::Code::cancelled:
      return 499;
    case base::Code::invalid_argument:
      return place == Place::body ? 422 : 400;
    case base::Code::out_of_range:
      return place == Place::body ? 413 : 400;
    case base::Code::deadline_exceeded:
      return 504;
    case base::Code::not_found:
      return 404;
    case base::Code::already_exists:
    case base::Code::failed_precondition:
    case base::Code::aborted:
      return 409;
    case base::Code::permission_denied:
      return 403;
    case base::Code::unauthenticated:
      return 401;
    case base::Code::resource_exhausted:
    case base::Code::unavailable:
      return 503;
    case base::Code::unimplemented:
      return 501;
    case base::Code::unknown:
    case base::Code::internal:
    case base::Code::data_loss:
      break;
  }
  return 500;
}

Response problem(Request& request, unsigned status, std::string_view detail, const std::vector<base::FieldViolation>& fields) {
  Response response = document(status);
  begin(response.body, request, status, detail);
  add_fields(response.body, fields);
  response.body += "}\n";
  if (status == 429 || status == 503) add_retry(response, default_retry);
  return response;
}

Response problem(Request& request, const base::Error& error, Place place) {
  const unsigned status = status_of(error, place);
  if (status >= 500)
    base::log::write(status == 500 ? base::log::Level::error : base::log::Level::warn, "request failed",
                     {{"method", request.method_text},
                      {"path", request.path},
                      {"code", base::name(error.code)},
                      {"message", error.message},
                      {"detail", error.detail},
                      {"trace_id", request.trace_id()}});
  Response response = document(status);
  begin(response.body, request, status, public_detail(error, status));
  if (!error.reason.empty() && error.reason != base::reason::malformed) {
    response.body += ",\"code\":";
    json::append_string(response.body, error.reason);
  }
  add_fields(response.body, error.fields);
  response.body += "}\n";
  if (status == 429 || status == 503) add_retry(response, error.retry_after.value_or(default_retry));
  return response;
}

void append_line_errors(std::string& out, std::int64_t failed, const std::vector<LineError>& errors, bool truncated) {
  out += ",\"failed\":";
  json::append_number(out, failed);
  out += ",\"errors\":[";
  for (const LineError& error : errors) {
    out += out.back() == '[' ? "{\"line\":" : ",{\"line\":";
    json::append_number(out, error.line);
    out += ",\"field\":";
    json::append_string(out, error.field);
    out += ",\"message\":";
    json::append_string(out, error.message);
    out += '}';
  }
  out += truncated ? "],\"errors_truncated\":true" : "],\"errors_truncated\":false";
}

Response import_problem(Request& request, std::int64_t failed, const std::vector<LineError>& errors, bool truncated) {
  Response response = document(422);
  begin(response.body, request, 422, "Nothing was imported: some lines are bad.");
  response.body += ",\"imported\":0";
  append_line_errors(response.body, failed, errors, truncated);
  response.body += "}\n";
  return response;
}

}  // namespace http
