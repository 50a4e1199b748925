// Who goes together.
#include "gather/one_turn.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <stdexcept>

namespace asio = boost::asio;

namespace {

struct Bench {
  asio::io_context loop{1};
  std::vector<std::vector<int>> runs;
  std::map<int, std::string> answers;
  bool throws = false;
  gather::OneTurn<int, std::string> together{loop.get_executor(), 3, [this](const std::vector<int>& items) { return run(items); }};

  asio::awaitable<std::vector<std::string>> run(const std::vector<int>& items) {
    runs.push_back(items);
    if (throws) throw std::runtime_error("broken");
    std::vector<std::string> found;
    for (const int item : items) found.push_back("answer " + std::to_string(item));
    co_return found;
  }
  asio::awaitable<void> asked(std::string kind, int item) {
    try {
      answers[item] = co_await together.ask(std::move(kind), item);
    } catch (const std::exception& error) {
      answers[item] = error.what();
    }
  }
  void ask(const std::string& kind, int item) { asio::co_spawn(loop, asked(kind, item), asio::detached); }
  void turn() {
    loop.restart();
    loop.run();
  }
};

using Runs = std::vector<std::vector<int>>;

}  // namespace

TEST_CASE("what one turn asks of a kind is one run, and each gets its own answer") {
  Bench bench;
  bench.ask("a", 1);
  bench.ask("b", 2);
  bench.ask("a", 3);
  bench.turn();
  CHECK(bench.runs == Runs{{1, 3}, {2}});
  CHECK(bench.answers == std::map<int, std::string>{{1, "answer 1"}, {2, "answer 2"}, {3, "answer 3"}});
  bench.ask("a", 4);
  bench.turn();
  CHECK(bench.runs.back() == std::vector{4});
}

TEST_CASE("a full run leaves the rest to the next") {
  Bench bench;
  for (int item = 1; item <= 7; ++item) bench.ask("a", item);
  bench.turn();
  CHECK(bench.runs == Runs{{1, 2, 3}, {4, 5, 6}, {7}});
  CHECK(bench.answers.size() == 7);
  CHECK(bench.answers[5] == "answer 5");
}

TEST_CASE("what the run throws, each of its askers gets, and the next is not touched") {
  Bench bench;
  bench.throws = true;
  bench.ask("a", 1);
  bench.ask("a", 2);
  bench.turn();
  CHECK(bench.answers == std::map<int, std::string>{{1, "broken"}, {2, "broken"}});
  bench.throws = false;
  bench.ask("a", 3);
  bench.turn();
  CHECK(bench.answers[3] == "answer 3");
}
