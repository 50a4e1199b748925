#include "routes/console.hpp"

#include "http/conditional.hpp"
#include "routes/call_options.hpp"
#include "routes/console_site.hpp"
#include "routes/exchange.hpp"

#include <analytics/v1/analytics.pb.h>

namespace routes {

namespace v1 = records::v1;
using http::Request;
using http::Response;

namespace {

/// Owners that the panel beside the list shows.
constexpr int owners_shown = 8;
/// Past runs beside a summary.
constexpr int runs_shown = 10;

/// An import's text that is there already.
class Text final : public http::BodySource {
 public:
  explicit Text(std::string text) : text_(std::move(text)) {}
  backend::Reply<std::string_view> read() override { co_return std::exchange(given_, true) ? std::string_view() : std::string_view(text_); }

 private:
  std::string text_;
  bool given_ = false;
};

/// The console's view of the services, for one request.
class Backend final : public ConsoleBackend {
 public:
  Backend(Clients& clients, Request& request) : clients_(clients), options_(plain_options(request)) {
    // A page asks several things at a time: no single one of them stands for the client.
    client_left_ = std::exchange(options_.cancellation, nullptr);
  }

  ConsoleReply<v1::ListResponse> list(const v1::ListRequest& request) override {
    v1::Call call;
    *call.mutable_list() = request;
    const auto reply = co_await clients_.records.execute(call, options_);
    if (reply.has_error()) co_return reply.error();
    co_return (*reply)->list();
  }

  ConsoleReply<v1::Record> get(std::int64_t id, bool strong) override {
    v1::Call call;
    call.mutable_get()->set_id(id);
    backend::CallOptions options = options_;
    if (strong) options.consistency = backend::Consistency::strong;
    const auto reply = co_await clients_.records.execute(call, options);
    if (reply.has_error()) co_return reply.error();
    co_return (*reply)->get().record();
  }

  ConsoleReply<v1::Record> create(const v1::CreateRequest& request) override {
    v1::Call call;
    *call.mutable_create() = request;
    const auto reply = co_await clients_.records.execute(call, options_);
    if (reply.has_error()) co_return reply.error();
    co_return (*reply)->create().record();
  }

  ConsoleReply<v1::Record> update(const v1::UpdateRequest& request) override {
    v1::Call call;
    *call.mutable_update() = request;
    const auto reply = co_await clients_.records.execute(call, options_);
    if (reply.has_error()) co_return reply.error();
    co_return (*reply)->update().record();
  }

  ConsoleReply<v1::DeleteResponse> remove(const v1::DeleteRequest& request) override {
    v1::Call call;
    *call.mutable_delete_() = request;
    const auto reply = co_await clients_.records.execute(call, options_);
    if (reply.has_error()) co_return reply.error();
    co_return (*reply)->delete_();
  }

  ConsoleReply<v1::ImportResponse> import(std::string text, std::string_view format, bool atomic) override {
    Text source(std::move(text));
    const rows::ImportReader reader(format == "ndjson" ? rows::Format::ndjson : rows::Format::csv,
                                    atomic ? v1::IMPORT_MODE_ATOMIC : v1::IMPORT_MODE_PARTIAL);
    co_return co_await Exchange::import_from(clients_.exchange, options_, source, reader);
  }

  ConsoleReply<console::Statistics> figures() override {
    auto status_call = clients_.cluster.engine_status(options_);
    backend::CallOptions at_once = options_;
    at_once.patient = false;  // the page is worth more than its figures
    auto figures = co_await run(analytics::v1::ENGINE_SQL, owners_shown, at_once);
    if (figures.has_error()) co_return figures.error();
    const auto status = co_await std::move(status_call);
    figures->flink_ready = status.has_value() && status->flink() == "ok";
    if (status.has_value() && !figures->flink_ready) figures->fallback_reason = status->flink_detail();
    co_return figures;
  }

  ConsoleReply<console::Statistics> summarize(std::string_view engine) override {
    backend::CallOptions options = options_;
    options.deadline = base::SteadyClock::now() + clients_.summary_patience;
    options.cancellation = client_left_;  // nobody need wait for the job then
    const auto which = engine == "flink" ? analytics::v1::ENGINE_FLINK
                       : engine == "sql" ? analytics::v1::ENGINE_SQL
                                         : analytics::v1::ENGINE_AUTO;
    co_return co_await run(which, 0, options);
  }

  ConsoleReply<analytics::v1::ListRunsResponse> runs() override {
    backend::CallOptions at_once = options_;
    at_once.patient = false;
    co_return co_await clients_.analytics.runs(runs_shown, at_once);
  }

  ConsoleReply<cluster::v1::GetTopologyResponse> topology() override { return clients_.cluster.records_topology(options_); }

 private:
  ConsoleReply<console::Statistics> run(analytics::v1::Engine engine, int owners, const backend::CallOptions& options) {
    analytics::v1::SummarizeRequest request;
    request.set_engine(engine);
    request.set_owner_limit(owners);
    const auto messages = clients_.analytics.summarize(request, options);
    for (;;) {
      const auto message = co_await messages->next();
      if (message.has_error()) co_return message.error();
      if (!*message) co_return base::unavailable("The analytics service ended the summary without a result.");
      if ((*message)->has_summary()) co_return console_models::statistics((*message)->summary());
    }
  }

  Clients& clients_;
  backend::CallOptions options_;
  loop::Cancellation* client_left_ = nullptr;
};

Visit visit_of(const Request& request) {
  Visit visit;
  visit.method = request.method_text;
  visit.target = request.target;
  visit.cookies = request.headers.cookie;
  visit.accept_language = request.headers.accept_language;
  visit.host = request.headers.host;
  visit.origin = request.headers.origin;
  visit.sec_fetch_site = request.headers.sec_fetch_site;
  visit.content_type = request.headers.content_type;
  visit.body = request.body;
  return visit;
}

Response to_response(const Request& request, Answer answer) {
  Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
  response.compress = true;
  for (const auto& [name, value] : answer.headers) {
    // The session adds the coding to the tag and says nosniff everywhere.
    if (name == "ETag") response.etag = value;
    else if (name != "X-Content-Type-Options") response.header(name, value);
  }
  if (!response.etag.empty() && http::none_match_holds(request.headers.if_none_match, response.etag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace

boost::asio::awaitable<Response> Console::serve(Request& request) {
  Backend backend(clients_, request);
  ConsoleSite site(backend);
  Answer answer = co_await site.serve(visit_of(request));
  co_return to_response(request, std::move(answer));
}

}  // namespace routes
