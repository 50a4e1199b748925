// The connections to one node: opened on demand up to a bound, lent one caller at a time, callers beyond the bound wait in a bounded
// queue. Made by cluster/, lent to the stores.
#pragma once

#include "pg/connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <vector>

namespace pg {

class Pool;

/// A connection on loan; gives itself back. An unusable connection is dropped instead.
class Lease {
 public:
  Lease(std::shared_ptr<Pool> pool, std::unique_ptr<Connection> connection);
  Lease(Lease&&) noexcept = default;
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Connection& operator*() const { return *connection_; }
  Connection* operator->() const { return connection_.get(); }

  /// For a session whose state is not what the next caller expects (an open transaction).
  void discard() { discard_ = true; }

 private:
  std::shared_ptr<Pool> pool_;
  std::unique_ptr<Connection> connection_;
  bool discard_ = false;
};

struct PoolLimits {
  int connections = 16;
  int waiting = 4096;
};

struct PoolStats {
  int size = 0;
  int idle = 0;
  int in_use = 0;
  int waiting = 0;
  int max = 0;
};

/// Not thread-safe: one event loop.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(Watchdog& watchdog, ConnInfo info, PoolLimits limits);

  /// An idle connection at once, a new one while there are fewer than the bound, else first come first served.
  /// Where the node takes no further connection, those in use are waited for.
  /// RESOURCE_EXHAUSTED when the queue is full; DEADLINE_EXCEEDED; UNAVAILABLE when the node cannot be connected to; CANCELLED when the
  /// pool was reset meanwhile: look again which node it should be.
  Awaitable<base::Result<Lease>> acquire(base::Deadline deadline);

  /// Drops the idle connections and refuses those in use when they come back, sends away who waits: the node is no longer what it was.
  void reset();
  /// Also ends what the connections in use are waiting for: the node has stopped answering.
  void abandon();

  PoolStats stats() const;

 private:
  friend class Lease;
  struct Waiter;
  Awaitable<base::Result<std::unique_ptr<Connection>>> wait(base::Deadline deadline);
  Awaitable<base::Result<std::unique_ptr<Connection>>> open(base::Deadline deadline);
  void give_back(std::unique_ptr<Connection> connection);
  void wake_one();

  Watchdog& watchdog_;
  ConnInfo info_;
  PoolLimits limits_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::vector<Connection*> stale_;  ///< in use since before the latest reset
  std::vector<Connection*> lent_;
  std::deque<Waiter*> waiters_;
  int opening_ = 0;
};

}  // namespace pg
