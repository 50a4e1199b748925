// Counts as they change: one poller for all watchers, at work only while there are watchers. Used by the service for WatchCounts.
#pragma once

#include "analytics/counts_source.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <set>

namespace analytics {

/// Not thread-safe: one event loop. Must outlive its watchers; call stop() before the loop ends.
class LiveCounts {
 public:
  class Watcher;

  /// Looks for changes every `period`, and reads only when the source's mark has changed.
  LiveCounts(boost::asio::any_io_executor loop, CountsSource& source, std::chrono::milliseconds period);

  std::unique_ptr<Watcher> watch(int owner_limit);

  /// Ends all watchers, now and from now on, with UNAVAILABLE.
  void stop();

  std::size_t watchers() const { return watchers_.size(); }

 private:
  Awaitable<void> poll();
  Awaitable<void> look();
  void note(base::Error error);
  int widest_limit() const;
  void wake();

  boost::asio::any_io_executor loop_;
  CountsSource& source_;
  std::chrono::milliseconds period_;
  boost::asio::steady_timer pause_;
  std::set<Watcher*> watchers_;
  std::shared_ptr<const Counts> latest_;
  std::optional<base::Error> failure_;  ///< of the latest look
  std::optional<std::uint64_t> mark_;   ///< of `latest_`
  int read_limit_ = 0;                  ///< of `latest_`
  bool polling_ = false;
  bool stopped_ = false;
};

/// One watcher's view. Holds no more than what it was last given: a slow watcher misses what lies between and gets the latest.
class LiveCounts::Watcher {
 public:
  Watcher(LiveCounts& live, int owner_limit);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// The counts, if they differ from what this watcher was given last; nothing after `patience` without a change, so that the caller can
  /// see to other things. UNAVAILABLE when stopped, and when there is nothing to show and the source fails; a failure later is waited out.
  Awaitable<base::Result<std::optional<Counts>>> next(std::chrono::milliseconds patience);

 private:
  friend class LiveCounts;

  LiveCounts& live_;
  int owner_limit_;
  boost::asio::steady_timer woken_;
  std::shared_ptr<const Counts> seen_;  ///< the source's counts as of the latest look
  std::optional<Counts> given_;
};

}  // namespace analytics
