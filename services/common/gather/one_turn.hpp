// One run for all that is asked of a kind in one turn of the loop: what arrived in one message goes to the database in one statement.
// Nothing waits for what may come later. Used where reads of one shape, or changes of records, meet (records/postgres/store).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gather {

/// Not thread-safe: one event loop. Must outlive its runs.
template <class Item, class Answer>
class OneTurn {
 public:
  /// One answer for each item, in order. The items stay where they are until it ends.
  using Run = std::function<boost::asio::awaitable<std::vector<Answer>>(const std::vector<Item>&)>;

  /// A run has at most so many items.
  OneTurn(std::size_t most, Run run) : most_(most), run_(std::move(run)) {}
  OneTurn(const OneTurn&) = delete;
  OneTurn& operator=(const OneTurn&) = delete;

  /// What the run throws, each of its askers gets.
  boost::asio::awaitable<Answer> ask(std::string kind, Item item) {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto [place, first] = open_.try_emplace(kind);
    if (first) place->second = std::make_shared<Round>();
    const std::shared_ptr<Round> round = place->second;
    const std::size_t seat = round->items.size();
    round->items.push_back(std::move(item));
    if (round->items.size() == most_) open_.erase(place);
    if (first) co_await lead(executor, std::move(kind), *round);
    else co_await wait(executor, *round);
    if (round->thrown) std::rethrow_exception(round->thrown);
    co_return std::move(round->answers[seat]);
  }

 private:
  struct Round {
    std::vector<Item> items;
    std::vector<Answer> answers;
    std::exception_ptr thrown;
    std::list<boost::asio::steady_timer> waiting;
  };

  boost::asio::awaitable<void> lead(boost::asio::any_io_executor executor, std::string kind, Round& round) {
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
    const auto place = open_.find(kind);
    if (place != open_.end() && place->second.get() == &round) open_.erase(place);
    try {
      round.answers = co_await run_(round.items);
    } catch (...) {
      round.thrown = std::current_exception();
    }
    for (auto& waiting : round.waiting) waiting.cancel();
  }

  static boost::asio::awaitable<void> wait(boost::asio::any_io_executor executor, Round& round) {
    const auto self = round.waiting.emplace(round.waiting.end(), executor);
    self->expires_at(boost::asio::steady_timer::time_point::max());
    boost::system::error_code woken;
    co_await self->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  }

  const std::size_t most_;
  const Run run_;
  std::unordered_map<std::string, std::shared_ptr<Round>> open_;  ///< of this turn
};

}  // namespace gather
