// What is known of the nodes at one moment. Filled by probe, published by Cluster, read by routing and by the topology call.
#pragma once

#include "base/position.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cluster {

using base::Position;

enum class Role { unknown, primary, standby, unreachable };

/// One node by its latest check.
struct NodeState {
  std::string name;  ///< host:port
  Role role = Role::unknown;
  std::uint64_t lsn = 0;  ///< written (primary) or replayed (standby)
  std::int64_t replay_lag_bytes = 0;
  std::int64_t replay_lag_ms = 0;
  std::int64_t round_trip_us = 0;
  std::int32_t timeline = 0;
  base::SteadyClock::time_point asked_at{};  ///< when the check began
  bool read_only = false;
  std::string error;

  bool answers() const { return role == Role::primary || role == Role::standby; }
};

/// Immutable; a new one replaces it as a whole.
struct Snapshot {
  std::vector<NodeState> nodes;  ///< in the order of the configuration
  base::Micros checked_at{};
  std::int32_t timeline = 0;  ///< the latest that any node has been seen on; who is behind it has missed a promotion
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace cluster
