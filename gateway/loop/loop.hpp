// One event loop on one thread: an io_context, and a coarse clock that tells everything registered here that time has passed, so that no
// request pays for a timer of its own. Made by main.cpp, one a core; sessions and backend clients live on one loop and are touched there
// only.
#pragma once

#include "base/time.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string_view>

namespace loop {

/// How late a time limit may be noticed.
inline constexpr auto tick = std::chrono::milliseconds(100);

class Loop;

/// Something with time limits. Registered from construction to destruction; loop thread only.
class Ticked {
 public:
  explicit Ticked(Loop& loop);
  virtual ~Ticked();
  Ticked(const Ticked&) = delete;
  Ticked& operator=(const Ticked&) = delete;

  /// Called about every `tick`. Must not destroy a Ticked: cancel or post instead.
  virtual void on_tick(base::SteadyClock::time_point now) = 0;

 private:
  friend class Loop;
  Loop& home_;
  Ticked* previous_ = nullptr;
  Ticked* next_ = nullptr;
};

/// `context()` may be posted to from any thread; everything else belongs to the loop's thread.
class Loop {
 public:
  Loop();

  boost::asio::io_context& context() { return context_; }
  /// Returns when `stop` is called and the work at hand is done.
  void run();
  void stop() { context_.stop(); }

  /// The value of a Date header (RFC 9110 5.6.7), made once a tick.
  std::string_view http_date() const { return {date_, sizeof date_}; }

 private:
  friend class Ticked;
  void arm();
  void write_date();

  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_{context_};
  Ticked* first_ = nullptr;
  std::time_t date_second_ = 0;
  char date_[29];
};

}  // namespace loop
