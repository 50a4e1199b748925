// ClusterService: the topology as this service sees it. Registered by both services.
#pragma once

#include "cluster/cluster.hpp"

#include <cluster/v1/cluster.grpc.pb.h>

namespace cluster {

/// Answers from the latest snapshot, without a database call.
class ClusterServiceImpl final : public v1::ClusterService::CallbackService {
 public:
  /// `cluster` is null with SQLite: one node, always primary. Both must outlive this.
  ClusterServiceImpl(boost::asio::any_io_executor loop, const Cluster* cluster, std::string sqlite_name);

  grpc::ServerUnaryReactor* GetTopology(grpc::CallbackServerContext* context, const v1::GetTopologyRequest* request,
                                        v1::GetTopologyResponse* response) override;

 private:
  void fill(v1::GetTopologyResponse& response) const;

  boost::asio::any_io_executor loop_;
  const Cluster* cluster_;
  std::string sqlite_name_;
};

}  // namespace cluster
