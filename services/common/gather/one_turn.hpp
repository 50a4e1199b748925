// One run for all that is asked of a kind in one turn of the loop: what arrived in one message, or in several at once, goes to the database
// in one statement, and each who asked gets an answer of its own. Nothing waits for what may come later. Used wherever calls gather: gets
// and creations (records/calls), lists of one shape and changes (records/postgres/store).
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
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
  /// Called once, on the loop, after the run: with its answer or with what it threw.
  using Done = std::function<void(const std::exception_ptr&, std::optional<Answer>)>;

  /// A run has at most so many items.
  OneTurn(boost::asio::any_io_executor loop, std::size_t most, Run run) : loop_(std::move(loop)), most_(most), run_(std::move(run)) {}
  OneTurn(const OneTurn&) = delete;
  OneTurn& operator=(const OneTurn&) = delete;

  void ask(std::string kind, Item item, Done done) {
    const auto [place, first] = open_.try_emplace(std::move(kind));
    if (first) {
      place->second = std::make_shared<Round>();
      boost::asio::post(loop_, [this, kind = place->first, round = place->second] { begin(kind, round); });
    }
    Round& round = *place->second;
    round.items.push_back(std::move(item));
    round.done.push_back(std::move(done));
    if (round.items.size() == most_) open_.erase(place);
  }

  /// The same, awaited.
  boost::asio::awaitable<Answer> ask(std::string kind, Item item) {
    using Signature = void(std::exception_ptr, std::optional<Answer>);
    auto start = [this, &kind, &item](auto asker) {
      auto waiting = std::make_shared<decltype(asker)>(std::move(asker));
      ask(std::move(kind), std::move(item), [this, waiting](const std::exception_ptr& thrown, std::optional<Answer> answer) {
        boost::asio::post(loop_, [waiting, thrown, answer = std::move(answer)]() mutable { (*waiting)(thrown, std::move(answer)); });
      });
    };
    std::optional<Answer> answer =
        co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, Signature>(start, boost::asio::use_awaitable);
    co_return std::move(*answer);
  }

 private:
  struct Round {
    std::vector<Item> items;
    std::vector<Done> done;
  };

  void begin(const std::string& kind, const std::shared_ptr<Round>& round) {
    const auto place = open_.find(kind);
    if (place != open_.end() && place->second == round) open_.erase(place);
    boost::asio::co_spawn(loop_, run_(round->items), [round](const std::exception_ptr& thrown, std::vector<Answer> answers) {
      for (std::size_t seat = 0; seat < round->done.size(); ++seat) {
        std::optional<Answer> answer;
        if (!thrown) answer.emplace(std::move(answers[seat]));
        round->done[seat](thrown, std::move(answer));
      }
    });
  }

  const boost::asio::any_io_executor loop_;
  const std::size_t most_;
  const Run run_;
  std::unordered_map<std::string, std::shared_ptr<Round>> open_;  ///< of this turn
};

}  // namespace gather
