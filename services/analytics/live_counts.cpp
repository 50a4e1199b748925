#include "analytics/live_counts.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace analytics {
namespace asio = boost::asio;

namespace {

constexpr auto read_timeout = std::chrono::seconds(5);

Awaitable<void> sleep(asio::steady_timer& timer, std::chrono::milliseconds time) {
  boost::system::error_code woken;
  timer.expires_after(time);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

LiveCounts::LiveCounts(asio::any_io_executor loop, CountsSource& source, std::chrono::milliseconds period)
    : loop_(std::move(loop)), source_(source), period_(period), pause_(loop_) {}

std::unique_ptr<LiveCounts::Watcher> LiveCounts::watch(int owner_limit) {
  auto watcher = std::make_unique<Watcher>(*this, owner_limit);
  if (polling_) {
    pause_.cancel();  // it may want more owners than were read
  } else if (!stopped_) {
    polling_ = true;
    asio::co_spawn(loop_, poll(), asio::detached);
  }
  return watcher;
}

void LiveCounts::stop() {
  stopped_ = true;
  pause_.cancel();
  wake();
}

void LiveCounts::wake() {
  for (Watcher* watcher : watchers_) watcher->woken_.cancel();
}

int LiveCounts::widest_limit() const {
  int widest = 0;
  for (const Watcher* watcher : watchers_) widest = std::max(widest, watcher->owner_limit_);
  return widest;
}

Awaitable<void> LiveCounts::poll() {
  while (!watchers_.empty() && !stopped_) {
    co_await look();
    wake();
    if (watchers_.empty() || stopped_) break;
    co_await sleep(pause_, period_);
  }
  // What is old by the time of the next watcher must not be shown to it.
  latest_.reset();
  failure_.reset();
  mark_.reset();
  polling_ = false;
}

void LiveCounts::note(base::Error error) {
  if (!failure_) base::log::warn("live counts cannot be read", {{"message", error.message}, {"detail", error.detail}});
  failure_ = std::move(error);
  mark_.reset();
}

Awaitable<void> LiveCounts::look() {
  const base::Deadline deadline = base::SteadyClock::now() + read_timeout;
  const base::Result<std::uint64_t> mark = co_await source_.mark(deadline);
  if (mark.has_error()) co_return note(mark.error());
  const int limit = widest_limit();
  if (!latest_ || mark_ != *mark || limit > read_limit_) {
    base::Result<Counts> counts = co_await source_.read(limit, deadline);
    if (counts.has_error()) co_return note(counts.error());
    latest_ = std::make_shared<const Counts>(std::move(*counts));
    mark_ = *mark;
    read_limit_ = limit;
  }
  failure_.reset();
}

LiveCounts::Watcher::Watcher(LiveCounts& live, int owner_limit) : live_(live), owner_limit_(owner_limit), woken_(live.loop_) {
  live_.watchers_.insert(this);
}

LiveCounts::Watcher::~Watcher() {
  live_.watchers_.erase(this);
  if (live_.watchers_.empty()) live_.pause_.cancel();
}

Awaitable<base::Result<std::optional<Counts>>> LiveCounts::Watcher::next(std::chrono::milliseconds patience) {
  const base::Deadline until = base::SteadyClock::now() + patience;
  for (;;) {
    if (live_.stopped_) co_return base::unavailable("the service is stopping");
    if (live_.latest_ && live_.latest_ != seen_) {
      seen_ = live_.latest_;
      Counts counts = shortened(*seen_, owner_limit_);
      const bool enough = live_.read_limit_ >= owner_limit_;  // else the wider read is under way
      if (enough && !(given_ && same_figures(*given_, counts))) {
        given_ = counts;
        co_return std::optional<Counts>(std::move(counts));
      }
    }
    if (!given_ && live_.failure_) co_return *live_.failure_;
    const auto now = base::SteadyClock::now();
    if (now >= until) co_return std::optional<Counts>();
    co_await sleep(woken_, std::chrono::ceil<std::chrono::milliseconds>(until - now));
  }
}

}  // namespace analytics
