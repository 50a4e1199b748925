#include "backend/cluster_client.hpp"

#include "backend/grpc_calls.hpp"

#include <analytics/v1/analytics.grpc.pb.h>
#include <cluster/v1/cluster.grpc.pb.h>

namespace backend {

struct ClusterClient::Stubs {
  std::unique_ptr<cluster::v1::ClusterService::Stub> records, analytics;
  std::unique_ptr<analytics::v1::AnalyticsService::Stub> engines;

  static Reply<cluster::v1::GetTopologyResponse> topology(loop::Loop& loop, cluster::v1::ClusterService::Stub* stub, CallOptions options) {
    auto start = [stub](grpc::ClientContext* context, auto* request, auto* response, auto done) {
      stub->async()->GetTopology(context, request, response, std::move(done));
    };
    const cluster::v1::GetTopologyRequest request;
    co_return co_await unary<cluster::v1::GetTopologyResponse>(loop, request, options, start);
  }
};

ClusterClient::ClusterClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> records, std::shared_ptr<grpc::Channel> analytics)
    : loop_(loop),
      stubs_(new Stubs{cluster::v1::ClusterService::NewStub(records), cluster::v1::ClusterService::NewStub(analytics),
                       analytics::v1::AnalyticsService::NewStub(analytics)}) {}

ClusterClient::~ClusterClient() = default;

Reply<cluster::v1::GetTopologyResponse> ClusterClient::records_topology(const CallOptions& options) {
  return Stubs::topology(loop_, stubs_->records.get(), options);
}

Reply<cluster::v1::GetTopologyResponse> ClusterClient::analytics_topology(const CallOptions& options) {
  return Stubs::topology(loop_, stubs_->analytics.get(), options);
}

Reply<analytics::v1::GetEngineStatusResponse> ClusterClient::engine_status(const CallOptions& options) {
  auto start = [stub = stubs_->engines.get()](grpc::ClientContext* context, auto* request, auto* response, auto done) {
    stub->async()->GetEngineStatus(context, request, response, std::move(done));
  };
  const analytics::v1::GetEngineStatusRequest request;
  const CallOptions kept = options;
  co_return co_await unary<analytics::v1::GetEngineStatusResponse>(loop_, request, kept, start);
}

}  // namespace backend
