#include "cluster/routing.hpp"

#include <algorithm>
#include <limits>

namespace cluster {
namespace {

std::optional<std::size_t> primary_of(const Snapshot& snapshot, bool for_write) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
    const NodeState& node = snapshot.nodes[i];
    // One that has missed a promotion is a primary no more, whatever it says of itself.
    if (node.role != Role::primary || node.timeline < snapshot.timeline || (for_write && node.read_only)) continue;
    // Two that call themselves primary: the one promoted last is it.
    if (!best || node.timeline > snapshot.nodes[*best].timeline) best = i;
  }
  return best;
}

/// Positions of different timelines cannot be compared, so whoever asks for one (not 0) gets a standby of the latest.
std::optional<std::size_t> standby_of(const Snapshot& snapshot, Position at_least, std::size_t turn) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::size_t equals = 0;
  const auto fits = [&](const NodeState& node) {
    return node.role == Role::standby && node.position >= at_least && (at_least == 0 || node.timeline >= snapshot.timeline);
  };
  for (const NodeState& node : snapshot.nodes) {
    if (!fits(node) || node.replay_lag_bytes > least) continue;
    equals = node.replay_lag_bytes == least ? equals + 1 : 1;
    least = node.replay_lag_bytes;
  }
  if (equals == 0) return std::nullopt;
  std::size_t pass_over = turn % equals;
  for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
    const NodeState& node = snapshot.nodes[i];
    if (fits(node) && node.replay_lag_bytes == least && pass_over-- == 0) return i;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> choose(const Snapshot& snapshot, Intent intent, Position position, std::size_t turn) {
  if (intent == Intent::write || intent == Intent::read_strong) return primary_of(snapshot, intent == Intent::write);
  const Position at_least = intent == Intent::read_eventual ? 0 : position;
  if (const auto standby = standby_of(snapshot, at_least, turn)) return standby;
  return primary_of(snapshot, false);
}

}  // namespace cluster
