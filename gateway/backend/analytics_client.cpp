#include "backend/analytics_client.hpp"

#include "backend/grpc_calls.hpp"

#include <analytics/v1/analytics.grpc.pb.h>

#include <functional>

namespace backend {

namespace v1 = analytics::v1;

namespace {

/// In a row, without a message between.
constexpr int most_repeats = 3;

/// Whether the connection broke; a reason is the service's own word: it is there.
template <class Message>
bool is_broken(const base::Result<Message>& reply) {
  return reply.has_error() && reply.error().code == base::Code::unavailable && reply.error().reason.empty();
}

bool may_repeat(const CallOptions& options, int repeats) {
  return options.waits_for && repeats < most_repeats && !(options.cancellation && options.cancellation->cancelled());
}

/// A stream of answers that is opened anew when it breaks.
template <class Message>
class Repeated final : public Incoming<Message> {
 public:
  using Open = std::function<IncomingPtr<Message>()>;

  Repeated(Open open, const CallOptions& options) : open_(std::move(open)), options_(options), stream_(open_()) {}

  Reply<const Message*> next(base::Deadline by) override {
    for (int repeats = 0;; ++repeats) {
      auto message = co_await stream_->next(by);
      if (!is_broken(message) || !may_repeat(options_, repeats)) co_return message;
      stream_ = open_();
    }
  }

 private:
  const Open open_;
  const CallOptions options_;
  IncomingPtr<Message> stream_;
};

/// `start(context, request, reactor)` begins the call.
template <class Message, class Request, class Start>
IncomingPtr<Message> repeated(loop::Loop& loop, const CallOptions& options, const Request& request, Start start) {
  auto open = [&loop, options, request, start] {
    return read_stream<Message>(loop, options, {}, [&](grpc::ClientContext* context, auto* reactor) { start(context, &request, reactor); });
  };
  return std::make_unique<Repeated<Message>>(std::move(open), options);
}

}  // namespace

struct AnalyticsClient::Stub {
  std::unique_ptr<v1::AnalyticsService::Stub> calls;
};

AnalyticsClient::AnalyticsClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel, const ServiceWatch& service)
    : loop_(loop), service_(service), stub_(new Stub{v1::AnalyticsService::NewStub(std::move(channel))}) {}

AnalyticsClient::~AnalyticsClient() = default;

IncomingPtr<v1::SummarizeResponse> AnalyticsClient::summarize(const v1::SummarizeRequest& request, const CallOptions& options) {
  const auto start = [calls = stub_->calls.get()](auto... call) { calls->async()->Summarize(call...); };
  return repeated<v1::SummarizeResponse>(loop_, options.waiting_for(service_), request, start);
}

IncomingPtr<v1::WatchCountsResponse> AnalyticsClient::watch(const v1::WatchCountsRequest& request, const CallOptions& options) {
  const auto start = [calls = stub_->calls.get()](auto... call) { calls->async()->WatchCounts(call...); };
  return repeated<v1::WatchCountsResponse>(loop_, options.waiting_for(service_), request, start);
}

Reply<v1::ListRunsResponse> AnalyticsClient::runs(int limit, const CallOptions& options) {
  auto start = [calls = stub_->calls.get()](grpc::ClientContext* context, auto* request, auto* response, auto done) {
    calls->async()->ListRuns(context, request, response, std::move(done));
  };
  v1::ListRunsRequest request;
  request.set_limit(limit);
  const CallOptions waiting = options.waiting_for(service_);
  for (int repeats = 0;; ++repeats) {
    auto runs = co_await unary<v1::ListRunsResponse>(loop_, request, waiting, start);
    if (!is_broken(runs) || !may_repeat(waiting, repeats)) co_return runs;
  }
}

}  // namespace backend
