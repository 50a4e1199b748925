#include "cluster/cluster.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cluster {
namespace asio = boost::asio;

namespace {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::primary:
      return "primary";
    case Role::standby:
      return "standby";
    case Role::unreachable:
      return "unreachable";
    case Role::unknown:
      break;
  }
  return "unknown";
}

constexpr int silences_of_the_dead = 2;
/// How often a node without room is tried again.
constexpr auto room_period = std::chrono::milliseconds(1000);

/// The latest timeline stays known while the node that is on it cannot be seen. When all nodes answer and none is on it, it is gone: its
/// only primary was rewound by the cluster itself.
void fill_timeline(Snapshot& snapshot) {
  std::int32_t latest = 0;
  bool all_answer = true;
  for (const NodeState& node : snapshot.nodes) {
    all_answer = all_answer && node.answers();
    latest = std::max(latest, node.timeline);
  }
  if (latest < snapshot.timeline && !all_answer) return;
  if (latest < snapshot.timeline) base::log::warn("a timeline is gone", {{"was", snapshot.timeline}, {"is", latest}});
  snapshot.timeline = latest;
}

/// Lag in bytes needs the position of the primary checked last.
void fill_lag(Snapshot& snapshot) {
  std::uint64_t primary = 0;
  for (const NodeState& node : snapshot.nodes)
    if (node.role == Role::primary) primary = std::max(primary, node.lsn);
  for (NodeState& node : snapshot.nodes)
    node.replay_lag_bytes = node.role == Role::standby && primary > node.lsn ? static_cast<std::int64_t>(primary - node.lsn) : 0;
}

}  // namespace

Cluster::Cluster(asio::any_io_executor executor, DatabaseConfig config)
    : executor_(std::move(executor)), config_(std::move(config)), watchdog_(executor_) {
  auto first = std::make_shared<Snapshot>();
  for (const NodeAddress& address : config_.nodes) {
    auto pool = std::make_shared<pg::Pool>(watchdog_, address.info, pg::PoolLimits{config_.pool_size, config_.pool_waiting});
    nodes_.push_back(std::make_unique<Node>(
        Node{address, Probe(watchdog_, address, config_.dialect, config_.probe_timeout), std::move(pool), asio::steady_timer(executor_)}));
    first->nodes.push_back({.name = address.name});
  }
  snapshot_ = std::move(first);
}

Cluster::~Cluster() = default;

void Cluster::start() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) asio::co_spawn(executor_, watch(node), asio::detached);
}

void Cluster::stop() {
  stopped_ = true;
  for (auto& node : nodes_) node->timer.cancel();
  for (auto& waiter : waiting_) waiter.cancel();
}

Dialect Cluster::dialect() const {
  for (const auto& node : nodes_)
    if (node->probe.dialect() != Dialect::automatic) return node->probe.dialect();
  return Dialect::automatic;
}

pg::Awaitable<void> Cluster::watch(std::size_t index) {
  Node& node = *nodes_[index];
  while (!stopped_) {
    node.check_at_once = false;
    NodeState state = co_await node.probe.check();
    if (stopped_) break;
    node.silences = state.role == Role::unreachable ? node.silences + 1 : 0;
    publish(index, std::move(state));
    // It accepts, perhaps, but does not answer: whoever waits for it is sent elsewhere. One silence may be mere slowness.
    if (node.silences >= silences_of_the_dead) node.pool->abandon();
    if (node.check_at_once) continue;
    boost::system::error_code ignored;
    node.timer.expires_after(config_.probe_period);
    co_await node.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

void Cluster::publish(std::size_t index, NodeState state) {
  const NodeState& before = snapshot_->nodes[index];
  if (before.role != state.role || before.timeline != state.timeline) {
    base::log::info("node changed", {{"node", state.name},
                                     {"was", role_name(before.role)},
                                     {"is", role_name(state.role)},
                                     {"timeline", state.timeline},
                                     {"reason", state.error}});
    // Sessions opened under another role see another world: none of them is used again.
    if (before.role != Role::unknown) nodes_[index]->pool->reset();
  }
  auto next = std::make_shared<Snapshot>(*snapshot_);
  next->nodes[index] = std::move(state);
  next->checked_at = base::now();
  fill_timeline(*next);
  fill_lag(*next);
  snapshot_ = std::move(next);
  for (auto& waiter : waiting_) waiter.cancel();
}

void Cluster::report_failure(std::size_t index) {
  Node& node = *nodes_[index];
  if (snapshot_->nodes[index].role != Role::unreachable) {
    NodeState state = snapshot_->nodes[index];
    state.role = Role::unreachable;
    state.error = "a connection broke; checking";
    publish(index, std::move(state));
  }
  node.check_at_once = true;
  node.timer.cancel();
}

pg::Awaitable<bool> Cluster::changed(base::Deadline deadline) {
  const auto self = waiting_.emplace(waiting_.end(), executor_);
  self->expires_at(deadline);
  boost::system::error_code error;
  co_await self->async_wait(asio::redirect_error(asio::use_awaitable, error));
  waiting_.erase(self);
  co_return error == asio::error::operation_aborted && !stopped_;
}

// The check that speaks for the node may have gone to another server than this connection.
pg::Awaitable<bool> Cluster::has_replayed(std::size_t index, pg::Connection& connection, Position position, base::Deadline deadline) {
  const Node& node = *nodes_[index];
  if (!node.address.shared) co_return true;
  const base::Result<NodeState> state = co_await Probe::ask(connection, node.probe.dialect(), deadline);
  const bool has =
      state.has_value() && state->lsn >= position.lsn && std::abs(state->timeline) >= std::max(snapshot_->timeline, position.timeline);
  co_return has;
}

// Between half the period and the whole, so that those who wait do not come back all at once. False: the deadline comes first.
pg::Awaitable<bool> Cluster::pause(base::Deadline deadline) {
  asio::steady_timer timer(executor_);
  const auto wanted = room_period * (50 + turn_++ % 50) / 100;
  if (base::SteadyClock::now() + wanted >= deadline || stopped_) co_return false;
  timer.expires_after(wanted);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return !stopped_;
}

pg::Awaitable<base::Result<NodeLease>> Cluster::acquire(Intent intent, Position position, base::Deadline deadline) {
  const auto since = base::SteadyClock::now();
  bool gone = false;
  for (;;) {
    const bool asks = intent == Intent::read_session || intent == Intent::read_strong;
    if (asks && is_gone(position.timeline, *snapshot_, since)) {
      gone = true;
      intent = Intent::read_strong;
      position = {};
    }
    if (const auto node = choose(*snapshot_, intent, position, turn_++)) {
      base::Result<pg::Lease> lease = co_await nodes_[*node]->pool->acquire(deadline);
      if (lease.has_value()) {
        const bool certain = intent != Intent::read_session || !position || snapshot_->nodes[*node].role == Role::primary;
        if (certain || co_await has_replayed(*node, **lease, position, deadline)) {
          const Position reached{snapshot_->nodes[*node].lsn, snapshot_->timeline};
          co_return NodeLease{std::move(lease.value()), *node, gone ? reached : Position{}};
        }
        intent = Intent::read_strong;
        continue;
      }
      if (lease.error().code == base::Code::cancelled) continue;
      if (lease.error().code != base::Code::unavailable) co_return lease.error();
      report_failure(*node);
    }
    if (static_cast<int>(waiting_.size()) >= config_.pool_waiting) co_return base::overloaded("too many requests wait for a database node");
    const bool again = co_await changed(deadline);
    if (!again) {
      const bool write = intent == Intent::write || intent == Intent::read_strong;
      co_return base::unavailable(write ? "the database cluster has no primary now" : "no database node answers now");
    }
  }
}

}  // namespace cluster
