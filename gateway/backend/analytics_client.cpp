#include "backend/analytics_client.hpp"

#include "backend/repeat.hpp"

#include <analytics/v1/analytics.grpc.pb.h>

namespace backend {

namespace v1 = analytics::v1;

struct AnalyticsClient::Stub {
  std::unique_ptr<v1::AnalyticsService::Stub> calls;
};

AnalyticsClient::AnalyticsClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel, const ServiceWatch& service)
    : loop_(loop), service_(service), stub_(new Stub{v1::AnalyticsService::NewStub(std::move(channel))}) {}

AnalyticsClient::~AnalyticsClient() = default;

IncomingPtr<v1::SummarizeResponse> AnalyticsClient::summarize(const v1::SummarizeRequest& request, const CallOptions& options) {
  const auto start = [calls = stub_->calls.get()](auto... call) { calls->async()->Summarize(call...); };
  return repeated<v1::SummarizeResponse>(loop_, options.waiting_for(service_), {}, request, Anew::always, start);
}

IncomingPtr<v1::WatchCountsResponse> AnalyticsClient::watch(const v1::WatchCountsRequest& request, const CallOptions& options) {
  const auto start = [calls = stub_->calls.get()](auto... call) { calls->async()->WatchCounts(call...); };
  return repeated<v1::WatchCountsResponse>(loop_, options.waiting_for(service_), {}, request, Anew::always, start);
}

Reply<v1::ListRunsResponse> AnalyticsClient::runs(int limit, const CallOptions& options) {
  auto start = [calls = stub_->calls.get()](grpc::ClientContext* context, auto* request, auto* response, auto done) {
    calls->async()->ListRuns(context, request, response, std::move(done));
  };
  v1::ListRunsRequest request;
  request.set_limit(limit);
  const CallOptions waiting = options.waiting_for(service_);
  co_return co_await repeated_unary<v1::ListRunsResponse>(loop_, request, waiting, start);
}

}  // namespace backend
