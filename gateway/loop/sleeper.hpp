// One coroutine that waits until somebody on its loop wakes it. Used by the backend clients, in .cpp files and templates only.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace loop {

/// Loop thread only. A wake before the sleep is kept: the next sleep returns at once.
class Sleeper {
 public:
  boost::asio::awaitable<void> sleep() {
    if (!woken_) co_await wait();
    woken_ = false;
  }

  /// Resumes the sleeper before it returns.
  void wake() {
    woken_ = true;
    if (!waiting_) return;
    const auto waiting = std::move(waiting_);
    waiting->resume();
  }

 private:
  struct Waiting {
    virtual ~Waiting() = default;
    virtual void resume() = 0;
  };
  template <class Handler>
  struct Held final : Waiting {
    explicit Held(Handler h) : handler(std::move(h)) {}
    void resume() override { std::move(handler)(); }
    Handler handler;
  };

  boost::asio::awaitable<void> wait() {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void()>(
        [this](auto handler) { waiting_ = std::make_unique<Held<decltype(handler)>>(std::move(handler)); }, boost::asio::use_awaitable);
  }

  std::unique_ptr<Waiting> waiting_;
  bool woken_ = false;
};

}  // namespace loop
