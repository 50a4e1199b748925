#include "pg/pool.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace pg {
namespace asio = boost::asio;

namespace {

/// A node that has not let us in by then does not answer; libpq's own connect_timeout does not hold for what is done asynchronously.
constexpr auto longest_opening = std::chrono::seconds(2);

}  // namespace

struct Pool::Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}

  asio::steady_timer timer;
  std::unique_ptr<Connection> connection;
  bool may_open = false;  ///< woken because there is room for a new connection
  bool sent_away = false;
};

Lease::Lease(std::shared_ptr<Pool> pool, std::unique_ptr<Connection> connection)
    : pool_(std::move(pool)), connection_(std::move(connection)) {
  pool_->lent_.push_back(connection_.get());
}

Lease::~Lease() {
  if (!connection_) return;
  std::erase(pool_->lent_, connection_.get());
  const bool stale = std::erase(pool_->stale_, connection_.get()) > 0;
  if (stale || discard_ || !connection_->usable()) connection_.reset();
  pool_->give_back(std::move(connection_));
}

Pool::Pool(Watchdog& watchdog, ConnInfo info, PoolLimits limits) : watchdog_(watchdog), info_(std::move(info)), limits_(limits) {}

void Pool::give_back(std::unique_ptr<Connection> connection) {
  if (!connection) return wake_one();
  if (waiters_.empty()) {
    idle_.push_back(std::move(connection));
    return;
  }
  Waiter* waiter = waiters_.front();
  waiters_.pop_front();
  waiter->connection = std::move(connection);
  waiter->timer.cancel();
}

void Pool::wake_one() {
  if (waiters_.empty()) return;
  Waiter* waiter = waiters_.front();
  waiters_.pop_front();
  waiter->may_open = true;
  waiter->timer.cancel();
}

Awaitable<base::Result<Lease>> Pool::acquire(base::Deadline deadline) {
  const std::shared_ptr<Pool> self = shared_from_this();
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->usable()) co_return Lease(self, std::move(connection));
  }
  base::Result<std::unique_ptr<Connection>> found = std::unique_ptr<Connection>();
  if (static_cast<int>(lent_.size()) + opening_ >= limits_.connections) found = co_await wait(deadline);
  if (found.has_value() && !*found) {
    found = co_await open(deadline);
    // The node may be full of other people's connections: ours that are in use come back.
    if (found.has_error() && found.error().code == base::Code::unavailable && !lent_.empty()) found = co_await wait(deadline);
    if (found.has_value() && !*found) found = co_await open(deadline);
  }
  if (found.has_error()) co_return found.error();
  co_return Lease(self, std::move(*found));
}

/// For a connection that comes back; nullptr: none did, but there is room to open one.
Awaitable<base::Result<std::unique_ptr<Connection>>> Pool::wait(base::Deadline deadline) {
  if (static_cast<int>(waiters_.size()) >= limits_.waiting) co_return base::overloaded("too many requests wait for the database");
  Waiter waiter(watchdog_.executor());
  waiter.timer.expires_at(deadline);
  waiters_.push_back(&waiter);
  boost::system::error_code ignored;
  co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  if (waiter.connection) co_return std::move(waiter.connection);
  if (waiter.sent_away) co_return base::cancelled();
  if (waiter.may_open) co_return std::unique_ptr<Connection>();
  std::erase(waiters_, &waiter);
  co_return base::deadline_exceeded("no database connection became free in time");
}

Awaitable<base::Result<std::unique_ptr<Connection>>> Pool::open(base::Deadline deadline) {
  ++opening_;
  const base::Deadline limit = std::min(deadline, base::SteadyClock::now() + longest_opening);
  base::Result<std::unique_ptr<Connection>> opened = co_await Connection::open(watchdog_, info_, limit);
  --opening_;
  if (opened.has_value()) co_return opened;
  wake_one();
  if (opened.error().code == base::Code::deadline_exceeded && limit < deadline)
    co_return base::unavailable("the database is not available", "the node does not let us in");
  co_return opened.error();
}

void Pool::reset() {
  idle_.clear();
  stale_ = lent_;
  for (Waiter* const waiter : std::exchange(waiters_, {})) {
    waiter->sent_away = true;
    waiter->timer.cancel();
  }
}

void Pool::abandon() {
  reset();
  for (Connection* const connection : lent_) connection->abandon();
}

PoolStats Pool::stats() const {
  const int in_use = static_cast<int>(lent_.size());
  const int idle = static_cast<int>(idle_.size());
  return {in_use + idle, idle, in_use, static_cast<int>(waiters_.size()), limits_.connections};
}

}  // namespace pg
