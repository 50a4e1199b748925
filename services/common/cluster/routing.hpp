// Which node answers: a pure function of the snapshot. Called by Cluster for every piece of work.
#pragma once

#include "cluster/node_state.hpp"

#include <cstddef>
#include <optional>

namespace cluster {

enum class Intent {
  write,          ///< the primary
  read_strong,    ///< the primary
  read_session,   ///< the least-lagging standby that has replayed the position, else the primary
  read_eventual,  ///< the least-lagging standby, else the primary
};

/// Index of the node; nothing while no node can serve the intent. Standbys that lag equally take turns by `turn`.
std::optional<std::size_t> choose(const Snapshot& snapshot, Intent intent, const Position& position, std::size_t turn);

}  // namespace cluster
