#include "backend/analytics_client.hpp"

#include "backend/grpc_calls.hpp"

#include <analytics/v1/analytics.grpc.pb.h>

namespace backend {

namespace v1 = analytics::v1;

struct AnalyticsClient::Stub {
  std::unique_ptr<v1::AnalyticsService::Stub> calls;
};

AnalyticsClient::AnalyticsClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel)
    : loop_(loop), stub_(new Stub{v1::AnalyticsService::NewStub(std::move(channel))}) {}

AnalyticsClient::~AnalyticsClient() = default;

IncomingPtr<v1::SummarizeResponse> AnalyticsClient::summarize(const v1::SummarizeRequest& request, const CallOptions& options) {
  return read_stream<v1::SummarizeResponse>(loop_, options, {}, [&](grpc::ClientContext* context, auto* reactor) {
    stub_->calls->async()->Summarize(context, &request, reactor);
  });
}

IncomingPtr<v1::WatchCountsResponse> AnalyticsClient::watch(const v1::WatchCountsRequest& request, const CallOptions& options) {
  return read_stream<v1::WatchCountsResponse>(loop_, options, {}, [&](grpc::ClientContext* context, auto* reactor) {
    stub_->calls->async()->WatchCounts(context, &request, reactor);
  });
}

}  // namespace backend
