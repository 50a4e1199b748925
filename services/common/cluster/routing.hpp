// Which node answers: a pure function of the snapshot. Called by Cluster for every piece of work.
#pragma once

#include "cluster/node_state.hpp"

#include <cstddef>
#include <optional>

namespace cluster {

enum class Intent {
  write,          ///< the primary
  read_strong,    ///< the primary, of the position's timeline or a later one
  read_session,   ///< the least-lagging standby that has replayed the position, else the primary
  read_eventual,  ///< the least-lagging standby, else the primary
};

/// Index of the node; nothing while no node can serve the intent. Standbys that lag equally take turns by `turn`.
std::optional<std::size_t> choose(const Snapshot& snapshot, Intent intent, const Position& position, std::size_t turn);

/// Whether there is no such timeline (the cluster was made anew, or the caller has invented it): all nodes have answered a question asked
/// `since`, a time at which it would have been there, and none is on it.
bool is_gone(std::int32_t timeline, const Snapshot& snapshot, base::SteadyClock::time_point since);

}  // namespace cluster
