#include "cluster/routing.hpp"

#include <algorithm>
#include <limits>

namespace cluster {
namespace {

/// `timeline`: the least that it must be of.
std::optional<std::size_t> primary_of(const Snapshot& snapshot, std::int32_t timeline, bool for_write) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
    const NodeState& node = snapshot.nodes[i];
    // One that has missed a promotion is a primary no more, whatever it says of itself.
    if (node.role != Role::primary || node.timeline < timeline || (for_write && node.read_only)) continue;
    // Two that call themselves primary: the one promoted last is it.
    if (!best || node.timeline > snapshot.nodes[*best].timeline) best = i;
  }
  return best;
}

/// Whoever asks for a position gets a standby of the latest timeline: its own, which may be news to us, or that of the snapshot.
std::optional<std::size_t> standby_of(const Snapshot& snapshot, const Position& at_least, std::int32_t timeline, std::size_t turn) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::size_t equals = 0;
  const auto fits = [&](const NodeState& node) {
    return node.role == Role::standby && node.lsn >= at_least.lsn && (!at_least || node.timeline >= timeline);
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

std::optional<std::size_t> choose(const Snapshot& snapshot, Intent intent, const Position& position, std::size_t turn) {
  if (intent == Intent::write) return primary_of(snapshot, snapshot.timeline, true);
  const Position at_least = intent == Intent::read_eventual ? Position{} : position;
  const std::int32_t timeline = std::max(snapshot.timeline, at_least.timeline);
  if (intent != Intent::read_strong)
    if (const auto standby = standby_of(snapshot, at_least, timeline, turn)) return standby;
  return primary_of(snapshot, timeline, false);
}

bool is_gone(std::int32_t timeline, const Snapshot& snapshot, base::SteadyClock::time_point since) {
  return timeline > snapshot.timeline &&
         std::ranges::all_of(snapshot.nodes, [since](const NodeState& node) { return node.answers() && node.asked_at >= since; });
}

}  // namespace cluster
