#include "cluster/service.hpp"

#include "rpc/proto_time.hpp"

#include <boost/asio/post.hpp>

namespace cluster {
namespace {

v1::Role to_proto(Role role) {
  switch (role) {
    case Role::primary:
      return v1::ROLE_PRIMARY;
    case Role::standby:
      return v1::ROLE_STANDBY;
    case Role::unreachable:
      return v1::ROLE_UNREACHABLE;
    case Role::unknown:
      break;
  }
  return v1::ROLE_UNSPECIFIED;
}

}  // namespace

ClusterServiceImpl::ClusterServiceImpl(boost::asio::any_io_executor loop, const Cluster* cluster, std::string sqlite_name)
    : loop_(std::move(loop)), cluster_(cluster), sqlite_name_(std::move(sqlite_name)) {}

grpc::ServerUnaryReactor* ClusterServiceImpl::GetTopology(grpc::CallbackServerContext* context, const v1::GetTopologyRequest*,
                                                          v1::GetTopologyResponse* response) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  boost::asio::post(loop_, [this, response, reactor] {
    fill(*response);
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

void ClusterServiceImpl::fill(v1::GetTopologyResponse& response) const {
  response.set_version(RECORDS_VERSION);
  if (!cluster_) {
    auto* node = response.add_nodes();
    node->set_name(sqlite_name_);
    node->set_role(v1::ROLE_PRIMARY);
    response.set_dialect("sqlite");
    rpc::set_time(*response.mutable_checked_at(), base::now());
    return;
  }
  const SnapshotPtr snapshot = cluster_->snapshot();
  for (std::size_t i = 0; i < snapshot->nodes.size(); ++i) {
    const NodeState& state = snapshot->nodes[i];
    auto* node = response.add_nodes();
    node->set_name(state.name);
    node->set_role(to_proto(state.role));
    node->set_lsn(base::lsn_text(state.lsn));
    node->set_replay_lag_bytes(state.replay_lag_bytes);
    node->set_replay_lag_ms(state.replay_lag_ms);
    node->set_round_trip_us(state.round_trip_us);
    node->set_timeline(state.timeline);
    node->set_read_only(state.read_only);
    node->set_error(state.error);
    const pg::PoolStats stats = cluster_->pool(i);
    node->mutable_pool()->set_size(stats.size);
    node->mutable_pool()->set_idle(stats.idle);
    node->mutable_pool()->set_in_use(stats.in_use);
    node->mutable_pool()->set_waiting(stats.waiting);
    node->mutable_pool()->set_max(stats.max);
  }
  rpc::set_time(*response.mutable_checked_at(), snapshot->checked_at);
  response.set_dialect(cluster_->dialect() == Dialect::opengauss ? "opengauss" : "postgresql");
}

}  // namespace cluster
