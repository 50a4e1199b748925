#include "analytics/flink/sql_gateway.hpp"

#include <boost/json/serialize.hpp>

#include <charconv>

namespace analytics::flink {
namespace json = boost::json;

namespace {

constexpr std::size_t longest_cause = 240;

/// "1.20.3" is at least 1.20; 2.x too.
bool is_spoken(std::string_view version) {
  int major = 0, minor = 0;
  const char* const end = version.data() + version.size();
  const auto [dot, bad] = std::from_chars(version.data(), end, major);
  if (bad != std::errc{} || dot == end || *dot != '.') return false;
  if (std::from_chars(dot + 1, end, minor).ec != std::errc{}) return false;
  return major > 1 || (major == 1 && minor >= 20);
}

base::Error failure(const Reply& reply) {
  std::string trace;
  if (const auto* const errors = array_of(reply.body, "errors"))
    for (const json::value& part : *errors)
      if (part.is_string()) trace += std::string(part.get_string()) + "\n";
  const std::string cause = innermost_cause(trace);
  base::Error error =
      base::unavailable("Flink: " + (cause.empty() ? "status " + std::to_string(reply.status) : cause), trace.substr(0, 4000));
  const bool lost = cause.find("Session '") != std::string::npos && cause.find("does not exist") != std::string::npos;
  error.reason = lost ? reason::session_lost : reason::job_failed;
  return error;
}

}  // namespace

std::string innermost_cause(std::string_view trace) {
  std::string_view found, first;
  for (std::size_t at = 0; at < trace.size();) {
    const std::size_t end = std::min(trace.find('\n', at), trace.size());
    std::string_view line = trace.substr(at, end - at);
    at = end + 1;
    while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
    constexpr std::string_view mark = "Caused by: ";
    if (line.starts_with(mark)) found = line.substr(mark.size());
    // The first line of a trace names the outermost exception.
    else if (first.empty() && !line.empty() && !line.starts_with("at ") && line != "Internal server error." &&
             line != "<Exception on server side:")
      first = line;
  }
  std::string_view cause = found.empty() ? first : found;
  // "org.apache.flink.SomeException: what it says"
  if (const auto colon = cause.find(": "); colon != std::string_view::npos && cause.substr(0, colon).find(' ') == std::string_view::npos)
    cause.remove_prefix(colon + 2);
  else if (const auto dot = cause.rfind('.');
           dot != std::string_view::npos && dot + 1 < cause.size() && cause.find(' ') == std::string_view::npos)
    cause.remove_prefix(dot + 1);
  if (cause.size() <= longest_cause) return std::string(cause);
  std::size_t end = longest_cause;
  while (end > 0 && (static_cast<unsigned char>(cause[end]) & 0xC0) == 0x80) --end;
  return std::string(cause.substr(0, end)) + "…";
}

std::string sql_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

Awaitable<base::Result<json::object>> SqlGateway::call(std::string method, std::string path, json::object body,
                                                       base::Deadline deadline) const {
  const std::string text = body.empty() ? std::string() : json::serialize(body);
  base::Result<Reply> reply = base::internal("not asked");
  if (method == "GET") reply = co_await rest_.get(path, deadline);
  else reply = co_await rest_.send(method, path, text, deadline);
  if (reply.has_error()) co_return reply.error();
  if (reply->status / 100 != 2) co_return failure(*reply);
  co_return std::move(reply->body);
}

Awaitable<base::Result<std::string>> SqlGateway::version(base::Deadline deadline) const {
  const base::Result<Reply> reply = co_await rest_.get("/v1/info", deadline);
  if (reply.has_error()) co_return reply.error();
  std::string found = text_of(reply->body, "version");
  if (reply->status != 200 || found.empty())
    co_return rest_.no_answer("what answers there (status " + std::to_string(reply->status) + ") is no SQL Gateway");
  if (!is_spoken(found)) co_return base::unavailable("Flink " + found + " answers at " + url() + ", 1.20 or later is needed");
  co_return found;
}

Awaitable<base::Result<std::string>> SqlGateway::open_session(std::string name, Properties properties, base::Deadline deadline) const {
  json::object values;
  for (auto& [key, value] : properties) values[key] = std::move(value);
  json::object body{{"sessionName", std::move(name)}, {"properties", std::move(values)}};
  const auto answer = co_await call("POST", "/v3/sessions", std::move(body), deadline);
  if (answer.has_error()) co_return answer.error();
  std::string handle = text_of(*answer, "sessionHandle");
  if (handle.empty()) co_return rest_.no_answer("it gave no session");
  co_return handle;
}

Awaitable<base::Result<void>> SqlGateway::configure(std::string session, std::string statement, base::Deadline deadline) const {
  json::object body{{"statement", std::move(statement)}};
  const auto answer = co_await call("POST", "/v3/sessions/" + session + "/configure-session", std::move(body), deadline);
  if (answer.has_error()) co_return answer.error();
  co_return base::Result<void>();
}

Awaitable<base::Result<void>> SqlGateway::close_session(std::string session, base::Deadline deadline) const {
  const auto answer = co_await call("DELETE", "/v3/sessions/" + session, {}, deadline);
  if (answer.has_error()) co_return answer.error();
  co_return base::Result<void>();
}

Awaitable<base::Result<std::string>> SqlGateway::submit(std::string session, std::string statement, base::Deadline deadline) const {
  json::object body{{"statement", std::move(statement)}};
  const auto answer = co_await call("POST", "/v3/sessions/" + session + "/statements", std::move(body), deadline);
  if (answer.has_error()) co_return answer.error();
  const std::string handle = text_of(*answer, "operationHandle");
  if (handle.empty()) co_return rest_.no_answer("it gave no operation");
  co_return "/v3/sessions/" + session + "/operations/" + handle + "/result/0?rowFormat=JSON";
}

Awaitable<base::Result<Page>> SqlGateway::fetch(std::string path, base::Deadline deadline) const {
  auto answer = co_await call("GET", path, {}, deadline);
  if (answer.has_error()) co_return answer.error();
  Page page;
  json::object& raw = *answer;
  const std::string type = text_of(raw, "resultType");
  page.ready = type != "NOT_READY";
  page.last = type == "EOS";
  page.job_id = text_of(raw, "jobID");
  page.next = text_of(raw, "nextResultUri");
  if (page.next.empty()) page.next = path;
  if (auto* const results = raw.if_contains("results"); results && results->is_object())
    if (auto* const data = results->get_object().if_contains("data"); data && data->is_array())
      for (json::value& row : data->get_array())
        if (row.is_object())
          if (auto* const fields = row.get_object().if_contains("fields"); fields && fields->is_array())
            page.rows.push_back(std::move(*fields));
  co_return page;
}

Awaitable<base::Result<void>> SqlGateway::close(std::string page, base::Deadline deadline) const {
  const auto answer = co_await call("DELETE", page.substr(0, page.find("/result/")) + "/close", {}, deadline);
  if (answer.has_error()) co_return answer.error();
  co_return base::Result<void>();
}

}  // namespace analytics::flink
