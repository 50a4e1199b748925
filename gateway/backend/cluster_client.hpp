// What the two services know of themselves and of the database nodes: topology, versions, Flink. Made by main.cpp, one a loop; called by
// routes/health, routes/cluster and routes/metrics on that loop.
#pragma once

#include "backend/call.hpp"
#include "loop/loop.hpp"

#include <memory>

namespace grpc {
class Channel;
}
namespace cluster::v1 {
class GetTopologyResponse;
}
namespace analytics::v1 {
class GetEngineStatusResponse;
}

namespace backend {

class ClusterClient {
 public:
  ClusterClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> records, std::shared_ptr<grpc::Channel> analytics);
  ~ClusterClient();

  Reply<cluster::v1::GetTopologyResponse> records_topology(const CallOptions& options);
  Reply<cluster::v1::GetTopologyResponse> analytics_topology(const CallOptions& options);
  Reply<analytics::v1::GetEngineStatusResponse> engine_status(const CallOptions& options);

 private:
  struct Stubs;
  loop::Loop& loop_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace backend
