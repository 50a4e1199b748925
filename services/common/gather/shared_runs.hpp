// One run for all who ask the same at the same time. Who asks while nothing of the kind is under way runs at once; who asks while it is
// waits and shares, with all others who came meanwhile, the one run that follows: a run is never older than its asking, so whoever has
// written before asking finds it. Used where identical reads meet (records/calls).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace gather {

/// `Options` are what the askers may differ in: `merge` makes one that suits both. Not thread-safe: one event loop. Must outlive its runs.
template <class Options, class Value>
class SharedRuns {
 public:
  using Run = std::function<boost::asio::awaitable<Value>(Options)>;
  using Merge = std::function<void(Options& all, const Options& more)>;

  explicit SharedRuns(Merge merge) : merge_(std::move(merge)) {}
  SharedRuns(const SharedRuns&) = delete;
  SharedRuns& operator=(const SharedRuns&) = delete;

  /// What the run throws, each of its askers gets.
  boost::asio::awaitable<Value> ask(std::string key, Options options, Run run) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto [place, first] = lines_.try_emplace(std::move(key));
    Line& line = place->second;
    const std::string& name = place->first;  // stays where it is, the iterator does not
    if (first) {
      Round alone{std::move(options), std::move(run)};  // who comes from here on is of the next round
      co_await lead(alone);
      follow(executor, name);
      if (alone.thrown) std::rethrow_exception(alone.thrown);
      co_return std::move(*alone.value);
    }
    if (line.next) merge_(line.next->options, options);
    else line.next = std::make_shared<Round>(Round{std::move(options), std::move(run)});
    const auto round = line.next;
    const auto self = round->waiting.emplace(round->waiting.end(), executor);
    self->expires_at(boost::asio::steady_timer::time_point::max());
    boost::system::error_code woken;
    co_await self->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    if (round->thrown) std::rethrow_exception(round->thrown);
    co_return *round->value;
  }

 private:
  struct Round {
    Options options;
    Run run;
    std::optional<Value> value{};
    std::exception_ptr thrown{};
    std::list<boost::asio::steady_timer> waiting{};
  };
  struct Line {
    std::shared_ptr<Round> next;  ///< begins when the present one ends
  };

  static boost::asio::awaitable<void> lead(Round& round) {
    try {
      round.value.emplace(co_await round.run(round.options));
    } catch (...) {
      round.thrown = std::current_exception();
    }
    for (auto& waiting : round.waiting) waiting.cancel();
  }

  /// What came meanwhile has its turn; nothing: the line is gone.
  void follow(const boost::asio::any_io_executor& executor, const std::string& key) {
    const auto place = lines_.find(key);
    auto round = std::exchange(place->second.next, nullptr);
    if (!round) {
      lines_.erase(place);
      return;
    }
    boost::asio::co_spawn(
        executor, [round]() -> boost::asio::awaitable<void> { co_await lead(*round); },
        [this, executor, round, key = std::string(key)](std::exception_ptr) { follow(executor, key); });
  }

  const Merge merge_;
  std::unordered_map<std::string, Line> lines_;
};

}  // namespace gather
