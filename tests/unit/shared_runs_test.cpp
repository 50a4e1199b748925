// Who shares whose run.
#include "gather/shared_runs.hpp"

#include "support/catch.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <map>
#include <stdexcept>
#include <vector>

namespace asio = boost::asio;

namespace {

/// Runs that end when the test says so.
struct Bench {
  asio::io_context loop{1};
  gather::SharedRuns<int, std::string> runs{[](int& all, const int& more) { all = std::max(all, more); }};
  std::vector<std::string> begun;
  std::vector<std::unique_ptr<asio::steady_timer>> held;
  std::map<std::string, std::string> answers;
  bool throws = false;

  asio::awaitable<std::string> run(std::string key, int options) {
    begun.push_back(key + std::to_string(options));
    const std::string mine = begun.back();
    auto& timer = *held.emplace_back(std::make_unique<asio::steady_timer>(loop, asio::steady_timer::time_point::max()));
    boost::system::error_code ended;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (throws) throw std::runtime_error("broken");
    co_return mine;
  }
  asio::awaitable<void> asked(std::string who, std::string key, int options) {
    auto work = [this, key](int suiting) { return run(key, suiting); };
    try {
      answers[who] = co_await runs.ask(key, options, std::move(work));
    } catch (const std::exception& error) {
      answers[who] = error.what();
    }
  }
  void ask(const std::string& who, const std::string& key, int options = 0) {
    asio::co_spawn(loop, asked(who, key, options), asio::detached);
    turn();
  }
  void end(std::size_t which) {
    held[which]->cancel();
    turn();
  }
  void turn() {
    loop.restart();
    loop.poll();
  }
};

using Begun = std::vector<std::string>;
using Answers = std::map<std::string, std::string>;

}  // namespace

TEST_CASE_METHOD(Bench, "shared runs: alone, each runs at once") {
  ask("a", "x");
  end(0);
  ask("b", "x");
  end(1);
  CHECK(begun == Begun{"x0", "x0"});
  CHECK(answers == Answers{{"a", "x0"}, {"b", "x0"}});
}

TEST_CASE_METHOD(Bench, "shared runs: who comes while one is under way shares the next, which suits them all") {
  ask("a", "x", 1);
  ask("b", "x", 2);
  ask("c", "x", 7);
  ask("d", "x", 3);
  CHECK(begun == Begun{"x1"});
  end(0);
  CHECK(answers == Answers{{"a", "x1"}});
  CHECK(begun == Begun{"x1", "x7"});
  ask("e", "x", 4);
  end(1);
  CHECK(answers == Answers{{"a", "x1"}, {"b", "x7"}, {"c", "x7"}, {"d", "x7"}});
  end(2);
  CHECK(answers.at("e") == "x4");
  ask("f", "x", 5);
  CHECK(begun == Begun{"x1", "x7", "x4", "x5"});
}

TEST_CASE_METHOD(Bench, "shared runs: other keys have nothing to do with each other") {
  ask("a", "x");
  ask("b", "y");
  CHECK(begun == Begun{"x0", "y0"});
}

TEST_CASE_METHOD(Bench, "shared runs: what a run throws, each of its askers gets, and the next runs") {
  throws = true;
  ask("a", "x");
  ask("b", "x");
  ask("c", "x");
  end(0);
  end(1);
  CHECK(answers == Answers{{"a", "broken"}, {"b", "broken"}, {"c", "broken"}});
  throws = false;
  ask("d", "x");
  end(2);
  CHECK(answers.at("d") == "x0");
}
