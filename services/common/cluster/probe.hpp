// One node's health check, on a connection of its own. Driven by Cluster.
#pragma once

#include "cluster/database_config.hpp"
#include "cluster/node_state.hpp"
#include "pg/connection.hpp"

#include <memory>

namespace cluster {

/// Not thread-safe: one event loop, one check at a time.
class Probe {
 public:
  Probe(pg::Watchdog& watchdog, NodeAddress address, Dialect dialect, std::chrono::milliseconds timeout);

  /// Asks for role, position, timeline, lag. A node that does not answer in time is unreachable, whatever TCP thinks. Lag in bytes is
  /// left 0: it needs the primary's position.
  pg::Awaitable<NodeState> check();

  /// The server behind this connection, asked now.
  static pg::Awaitable<base::Result<NodeState>> ask(pg::Connection& connection, Dialect dialect, base::Deadline deadline);

  /// `automatic` until the first answer.
  Dialect dialect() const { return dialect_; }

 private:
  pg::Watchdog& watchdog_;
  NodeAddress address_;
  Dialect dialect_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<pg::Connection> connection_;
  std::int32_t last_timeline_ = 0;
};

}  // namespace cluster
