#include "routes/analytics.hpp"

#include "http/event_stream.hpp"
#include "http/problem.hpp"
#include "http/target.hpp"
#include "json/figures.hpp"
#include "routes/call_options.hpp"

#include <analytics/v1/analytics.pb.h>

namespace routes {

namespace v1 = analytics::v1;
using http::Request;
using http::Response;

namespace {

constexpr int most_owners = 10'000;
constexpr int most_runs = 200;

v1::Engine read_engine(http::Query& query) {
  const std::string_view engine = query.take("engine").value_or("auto");
  if (engine == "flink") return v1::ENGINE_FLINK;
  if (engine == "sql") return v1::ENGINE_SQL;
  if (engine != "auto") query.refuse("engine", "must be auto, flink or sql");
  return v1::ENGINE_AUTO;
}

int read_owner_limit(http::Query& query) { return static_cast<int>(query.take_number("owner_limit", 1, most_owners).value_or(0)); }

base::Error cut_short() { return base::unavailable("The analytics service ended the summary without a result."); }

using Summaries = std::shared_ptr<backend::Incoming<v1::SummarizeResponse>>;
using Counts = std::shared_ptr<backend::Incoming<v1::WatchCountsResponse>>;

boost::asio::awaitable<bool> write_summary(http::BodyWriter& out, Request& request, Summaries messages,
                                           const v1::SummarizeResponse* message) {
  std::string data;
  for (bool done = false; !done;) {
    data.clear();
    done = message->has_summary();
    if (done) json::append_summary(data, message->summary());
    else json::append_progress(data, message->progress());
    if (!co_await out.write(http::event(done ? "summary" : "progress", data))) co_return false;
    if (done) break;
    const auto next = co_await messages->next();
    if (next.has_value() && *next) {
      message = *next;
      continue;
    }
    // The status has been sent: what went wrong is an event.
    std::string problem = http::problem(request, next.has_error() ? next.error() : cut_short()).body;
    problem.pop_back();  // the line end
    co_return co_await out.write(http::event("problem", problem));
  }
  co_return true;
}

boost::asio::awaitable<bool> write_counts(http::BodyWriter& out, Counts messages, const v1::WatchCountsResponse* message) {
  std::string data;
  while (message) {
    data.clear();
    json::append_counts(data, *message);
    if (!co_await out.write(http::event("counts", data))) co_return false;
    const auto next = co_await messages->next();
    // Going down, the stream ends in order and the client comes back to another gateway; a lost service breaks it.
    if (next.has_error()) co_return out.ending();
    message = *next;
  }
  co_return true;
}

}  // namespace

Analytics::Answer Analytics::summary(Request& request) {
  http::Query query(request.raw_query);
  v1::SummarizeRequest wanted;
  wanted.set_engine(read_engine(query));
  wanted.set_owner_limit(read_owner_limit(query));
  if (const auto sound = query.finish(); sound.has_error()) co_return http::problem(request, sound.error());
  backend::CallOptions options = plain_options(request);
  options.deadline = base::SteadyClock::now() + patience_;

  Summaries messages = client_.summarize(wanted, options);
  auto message = co_await messages->next();
  const bool as_events = http::accepts_events(request.headers.accept);
  while (!as_events && message.has_value() && *message && !(*message)->has_summary()) message = co_await messages->next();
  if (message.has_error()) co_return http::problem(request, message.error());
  if (!*message) co_return http::problem(request, cut_short());
  if (as_events)
    co_return http::event_stream([&request, messages = std::move(messages), first = *message](http::BodyWriter& out) {
      return write_summary(out, request, messages, first);
    });
  Response response;
  response.type = "application/json";
  response.compress = true;
  response.header("Cache-Control", "no-store");
  json::append_summary(response.body, (*message)->summary());
  response.body += '\n';
  co_return response;
}

Analytics::Answer Analytics::live(Request& request) {
  http::Query query(request.raw_query);
  v1::WatchCountsRequest wanted;
  wanted.set_owner_limit(read_owner_limit(query));
  if (const auto sound = query.finish(); sound.has_error()) co_return http::problem(request, sound.error());
  backend::CallOptions options = plain_options(request);
  options.deadline = {};

  Counts messages = client_.watch(wanted, options);
  const auto first = co_await messages->next(request.deadline);
  if (first.has_error()) co_return http::problem(request, first.error());
  co_return http::event_stream(
      [messages = std::move(messages), first = *first](http::BodyWriter& out) { return write_counts(out, messages, first); });
}

Analytics::Answer Analytics::runs(Request& request) {
  http::Query query(request.raw_query);
  const auto limit = static_cast<int>(query.take_number("limit", 1, most_runs).value_or(0));
  if (const auto sound = query.finish(); sound.has_error()) co_return http::problem(request, sound.error());
  const auto runs = co_await client_.runs(limit, plain_options(request));
  if (runs.has_error()) co_return http::problem(request, runs.error());
  Response response;
  response.type = "application/json";
  response.compress = true;
  response.header("Cache-Control", "no-store");
  json::append_runs(response.body, *runs);
  response.body += '\n';
  co_return response;
}

}  // namespace routes
