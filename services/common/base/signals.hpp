// Signals as every program takes them: SIGTERM and SIGINT stop it, SIGUSR1 makes the log say more and SIGUSR2 less. Called by each main.
#pragma once

#include "base/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <memory>

namespace base {

/// Arms the signals on `loop`. `stop` is called once, on the loop; a second SIGTERM or SIGINT ends the process at once.
inline void on_stop_signals(boost::asio::io_context& loop, std::function<void()> stop) {
  auto stopping = std::make_shared<boost::asio::signal_set>(loop, SIGTERM, SIGINT);
  stopping->async_wait([stopping, stop = std::move(stop)](const boost::system::error_code& error, int) {
    if (error) return;
    stopping->clear();
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGINT, SIG_DFL);
    stop();
  });
  auto levels = std::make_shared<boost::asio::signal_set>(loop, SIGUSR1, SIGUSR2);
  auto wait = std::make_shared<std::function<void()>>();
  *wait = [levels, weak = std::weak_ptr(wait)] {
    levels->async_wait([levels, again = weak.lock()](const boost::system::error_code& error, int signal) {
      if (error || !again) return;
      const int now = static_cast<int>(log::level()) + (signal == SIGUSR1 ? -1 : 1);
      if (now >= static_cast<int>(log::Level::trace) && now <= static_cast<int>(log::Level::off))
        log::set_level(static_cast<log::Level>(now));
      (*again)();
    });
  };
  (*wait)();
}

}  // namespace base
