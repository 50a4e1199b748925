#include "routes/exchange.hpp"

#include "http/list.hpp"
#include "http/problem.hpp"
#include "http/target.hpp"
#include "json/text.hpp"
#include "routes/call_options.hpp"
#include "routes/records.hpp"
#include "rows/writer.hpp"

#include <optional>

namespace routes {

namespace v1 = records::v1;
using http::Request;
using http::Response;

namespace {

constexpr std::string_view csv_type = "text/csv; charset=utf-8", ndjson_type = "application/x-ndjson";
constexpr std::string_view ndjson_types[] = {"application/x-ndjson", "application/ndjson", "application/jsonl"};

/// By the parameter `format`, else by Accept, else CSV.
rows::Format read_format(http::Query& query, std::string_view accept) {
  if (const auto format = query.take("format")) {
    if (*format != "csv" && *format != "ndjson") query.refuse("format", "must be csv or ndjson");
    return *format == "ndjson" ? rows::Format::ndjson : rows::Format::csv;
  }
  rows::Format best = rows::Format::csv;
  int weight = 0;
  http::for_each_element(accept, [&](std::string_view element) {
    const http::Weighted type = http::weighted(element);
    if (type.weight <= weight) return;
    for (const std::string_view ndjson : ndjson_types)
      if (http::equal_ignoring_case(type.value, ndjson)) best = rows::Format::ndjson, weight = type.weight;
    if (http::equal_ignoring_case(type.value, "text/csv")) best = rows::Format::csv, weight = type.weight;
  });
  return best;
}

/// By the media type of the body; nothing for another one.
std::optional<rows::Format> body_format(std::string_view content_type) {
  if (http::is_media_type(content_type, "text/csv")) return rows::Format::csv;
  for (const std::string_view ndjson : ndjson_types)
    if (http::is_media_type(content_type, ndjson)) return rows::Format::ndjson;
  return std::nullopt;
}

using Messages = std::shared_ptr<backend::Incoming<v1::ExportResponse>>;

/// Writes `message` and all that follow it. A call that breaks breaks the connection, so that the client knows the file is not whole.
boost::asio::awaitable<bool> write_export(http::BodyWriter& out, const rows::Writer& writer, Messages messages,
                                          const v1::ExportResponse* message) {
  std::string text;
  writer.append_header(text);
  while (message) {
    for (const v1::Record& record : message->records()) writer.append(text, record);
    if (!co_await out.write(text)) co_return false;
    text.clear();
    const auto next = co_await messages->next();
    if (next.has_error()) co_return false;
    message = *next;
  }
  co_return co_await out.write(text);
}

std::vector<http::LineError> line_errors(const v1::ImportResponse& outcome) {
  std::vector<http::LineError> errors;
  for (const v1::ImportError& error : outcome.errors()) errors.push_back({error.line(), error.field(), error.message()});
  return errors;
}

}  // namespace

Exchange::Answer Exchange::export_records(Request& request) {
  http::Query query(request.raw_query);
  v1::ExportRequest wanted;
  *wanted.mutable_filter() = read_filter(query);
  wanted.set_sort(read_sort(query, v1::SORT_ID));
  const rows::Format format = read_format(query, request.headers.accept);
  const auto fields = query.take("fields");
  if (fields && fields->empty()) query.refuse("fields", "must not be empty");
  auto writer = rows::Writer::make(format, fields.value_or(""));
  if (writer.has_error()) query.refuse("fields", writer.error().fields.front().message);
  if (const auto sound = query.finish(); sound.has_error()) co_return http::problem(request, sound.error());
  auto options = call_options(request);
  if (options.has_error()) co_return http::problem(request, options.error());
  options->deadline = {};  // as long as the client keeps reading; the service bounds each part

  Messages messages = client_.export_records(wanted, *options);
  const auto first = co_await messages->next(request.deadline);
  if (first.has_error()) co_return http::problem(request, first.error());
  Response response;
  const bool csv = format == rows::Format::csv;
  response.type = csv ? csv_type : ndjson_type;
  response.header("Content-Disposition", csv ? "attachment; filename=\"records.csv\"" : "attachment; filename=\"records.ndjson\"");
  response.header("Cache-Control", "no-store");
  response.stream = [writer = std::move(*writer), messages = std::move(messages), message = *first](http::BodyWriter& out) {
    return write_export(out, writer, messages, message);
  };
  co_return response;
}

backend::Reply<v1::ImportResponse> Exchange::import_from(backend::ExchangeClient& client, const backend::CallOptions& options,
                                                         http::BodySource& source, rows::ImportReader reader) {
  bool ended = false;
  auto next = [&](v1::ImportRequest& message) -> backend::Reply<bool> {
    while (!reader.fill(message)) {
      if (ended) co_return false;
      const auto piece = co_await source.read();
      if (piece.has_error()) co_return piece.error();
      ended = piece->empty();
      if (ended) reader.end();
      else reader.put(*piece);
    }
    co_return true;
  };
  co_return co_await client.import_records(options, next);
}

Exchange::Answer Exchange::import_records(Request& request) {
  const auto format = body_format(request.headers.content_type);
  if (!format)
    co_return http::problem(request, 415, "The body must be text/csv or application/x-ndjson.",
                            {{"Content-Type", "must be text/csv or application/x-ndjson, in UTF-8"}});
  http::Query query(request.raw_query);
  const std::string_view mode = query.take("mode").value_or("partial");
  if (mode != "partial" && mode != "atomic") query.refuse("mode", "must be partial or atomic");
  if (const auto sound = query.finish(); sound.has_error()) co_return http::problem(request, sound.error());
  auto options = call_options(request);
  if (options.has_error()) co_return http::problem(request, options.error());

  const rows::ImportReader reader(*format, mode == "atomic" ? v1::IMPORT_MODE_ATOMIC : v1::IMPORT_MODE_PARTIAL);
  const auto outcome = co_await import_from(client_, *options, *request.source, reader);
  if (outcome.has_error()) {
    const auto code = outcome.error().code;
    // The client was too slow: the only time limit here.
    if (code == base::Code::deadline_exceeded) co_return http::problem(request, 408, outcome.error().message);
    co_return http::problem(request, outcome.error(), http::Place::body);
  }
  if (outcome->imported() == 0 && outcome->failed() > 0)
    co_return http::import_problem(request, outcome->failed(), line_errors(*outcome), outcome->errors_truncated());
  Response response;
  response.type = "application/json";
  response.body = "{\"imported\":";
  json::append_number(response.body, outcome->imported());
  http::append_line_errors(response.body, outcome->failed(), line_errors(*outcome), outcome->errors_truncated());
  response.body += "}\n";
  co_return response;
}

}  // namespace routes
