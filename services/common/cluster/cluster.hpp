// The database as one thing: knows every node, sends each piece of work to the right one, follows a failover without a restart. The stores
// and the SQL engine work through it; nothing else opens connections.
#pragma once

#include "cluster/database_config.hpp"
#include "cluster/node_state.hpp"
#include "cluster/probe.hpp"
#include "cluster/routing.hpp"
#include "pg/pool.hpp"

#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace cluster {

/// A node's connection on loan, and which node it is.
struct NodeLease {
  pg::Lease connection;
  std::size_t node;
  Position instead{};  ///< of a position whose timeline is gone: how far the database had got when that was found
};

/// A result and the node that gave it.
template <class T>
struct From {
  T value;
  std::string node;
  Position instead{};  ///< as in NodeLease
};

/// Not thread-safe: one event loop, on which all awaitables complete. Must outlive the work given to it; call stop() before the loop ends.
class Cluster {
 public:
  Cluster(boost::asio::any_io_executor executor, DatabaseConfig config);
  ~Cluster();

  const boost::asio::any_io_executor& executor() const { return executor_; }

  /// Begins to check all nodes side by side, every `probe_period` and at once when a connection breaks.
  void start();
  void stop();

  /// Never null; before the first check all roles are unknown.
  SnapshotPtr snapshot() const { return snapshot_; }
  pg::PoolStats pool(std::size_t node) const { return nodes_[node]->pool->stats(); }
  /// As found by the first node that answered; `automatic` before.
  Dialect dialect() const;

  /// A connection to the node that serves the intent; waits for one until the deadline (UNAVAILABLE when it passes). At most
  /// `pool_waiting` callers wait; beyond: RESOURCE_EXHAUSTED at once. Who reads at a position whose timeline is gone gets the primary.
  pg::Awaitable<base::Result<NodeLease>> acquire(Intent intent, Position position, base::Deadline deadline);

  /// Runs `work(pg::Connection&) -> Awaitable<Result<T>>` on that node, and again until the deadline: elsewhere when it fails with
  /// UNAVAILABLE; after a pause when the node has no room for it (RESOURCE_EXHAUSTED), for room may come, or another primary; on the
  /// primary when a standby gives a read up (ABORTED). So `work` must be repeatable: a read, or a write that settles its own outcome by an
  /// idempotency key.
  template <class T, class Work>
  pg::Awaitable<base::Result<From<T>>> run(Intent intent, Position position, base::Deadline deadline, Work work);

  /// Something is wrong with this node: work goes elsewhere until a check says otherwise.
  void report_failure(std::size_t node);

  const std::string& name(std::size_t node) const { return nodes_[node]->address.name; }

 private:
  struct Node {
    NodeAddress address;
    Probe probe;
    std::shared_ptr<pg::Pool> pool;
    boost::asio::steady_timer timer;
    bool check_at_once = false;
    int silences = 0;  ///< checks in a row without an answer
  };

  pg::Awaitable<void> watch(std::size_t node);
  pg::Awaitable<bool> has_replayed(std::size_t node, pg::Connection& connection, Position position, base::Deadline deadline);
  pg::Awaitable<bool> changed(base::Deadline deadline);
  pg::Awaitable<bool> pause(base::Deadline deadline);
  void publish(std::size_t node, NodeState state);

  boost::asio::any_io_executor executor_;
  DatabaseConfig config_;
  pg::Watchdog watchdog_;
  std::vector<std::unique_ptr<Node>> nodes_;
  SnapshotPtr snapshot_;
  std::list<boost::asio::steady_timer> waiting_;  ///< those who wait for the next snapshot
  std::size_t turn_ = 0;
  bool stopped_ = false;
};

template <class T, class Work>
pg::Awaitable<base::Result<From<T>>> Cluster::run(Intent intent, Position position, base::Deadline deadline, Work work) {
  for (;;) {
    base::Error error;
    {
      base::Result<NodeLease> lease = co_await acquire(intent, position, deadline);
      if (lease.has_error()) co_return lease.error();
      base::Result<T> result = co_await work(*lease->connection);
      if (result.has_value()) co_return From<T>{std::move(result.value()), name(lease->node), lease->instead};
      error = std::move(result.error());
      if (error.code == base::Code::unavailable) report_failure(lease->node);
    }
    const bool no_room = error.code == base::Code::resource_exhausted;
    // A standby ends a read that stands in the way of its replay; the primary does not.
    const bool in_the_way = error.code == base::Code::aborted && (intent == Intent::read_session || intent == Intent::read_eventual);
    if (in_the_way) intent = Intent::read_strong;
    if (!in_the_way && !no_room && error.code != base::Code::unavailable) co_return error;
    if (no_room && !co_await pause(deadline)) co_return error;
    if (base::SteadyClock::now() >= deadline) co_return error;
  }
}

}  // namespace cluster
