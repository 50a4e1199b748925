// The loop's coarse clock, the sleeper, and how work is cancelled.
#include "loop/loop.hpp"
#include "loop/cancellation.hpp"
#include "loop/counters.hpp"
#include "loop/sleeper.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>

using loop::Cancellation;
using loop::Loop;
using loop::Sleeper;

namespace {

/// Tells its name at each tick.
class Told final : public loop::Ticked {
 public:
  Told(Loop& home, std::function<void()> on_tick) : Ticked(home), on_tick_(std::move(on_tick)) {}
  void on_tick(base::SteadyClock::time_point) override { on_tick_(); }

 private:
  std::function<void()> on_tick_;
};

/// Which of "abcd" hear a whole tick when `gone` have been destroyed before it.
std::string heard_without(std::string_view gone) {
  Loop loop;
  std::string heard;
  std::vector<std::unique_ptr<Told>> items;
  for (const char name : std::string_view("abcd"))
    items.push_back(std::make_unique<Told>(loop, [&, name] {
      // The latest comes first; the second look of anybody ends the run after a whole first one.
      if (heard.find(name) != std::string::npos) loop.stop();
      else heard += name;
    }));
  Told last(loop, [] {});
  for (const char name : gone) items[static_cast<std::size_t>(name - 'a')].reset();
  if (gone.size() < 4) loop.run();
  std::ranges::sort(heard);
  return heard;
}

struct Call final : loop::Cancellable {
  void cancel() override { ++cancelled; }
  int cancelled = 0;
};

}  // namespace

TEST_CASE("a tick reaches everybody who is registered, whoever of the list has gone") {
  CHECK(heard_without("") == "abcd");
  CHECK(heard_without("a") == "bcd");
  CHECK(heard_without("b") == "acd");
  CHECK(heard_without("d") == "abc");
  CHECK(heard_without("bc") == "ad");
  CHECK(heard_without("cb") == "ad");
  CHECK(heard_without("dab") == "c");
  CHECK(heard_without("abcd").empty());
}

TEST_CASE("who comes during a tick hears the next one") {
  Loop loop;
  std::unique_ptr<Told> late;
  int told = 0;
  Told first(loop, [&] {
    if (!late)
      late = std::make_unique<Told>(loop, [&] {
        ++told;
        loop.stop();
      });
  });
  loop.run();
  CHECK(told == 1);
}

TEST_CASE("the date is one that HTTP takes") {
  const Loop loop;
  const std::string date(loop.http_date());
  CHECK(date.size() == 29);
  CHECK(date.substr(3, 2) == ", ");
  CHECK(date.substr(25) == " GMT");
}

TEST_CASE("a sleeper sleeps until it is woken, and goes on before the wake returns") {
  boost::asio::io_context context;
  Sleeper sleeper;
  int woken = 0;
  boost::asio::co_spawn(
      context,
      [&]() -> boost::asio::awaitable<void> {
        for (;;) {
          co_await sleeper.sleep();
          ++woken;
        }
      },
      boost::asio::detached);
  context.poll();
  CHECK(woken == 0);
  for (int i = 1; i <= 3; ++i) {
    sleeper.wake();
    CHECK(woken == i);
    context.poll();
    CHECK(woken == i);
  }
}

TEST_CASE("a wake before the sleep is kept, once") {
  boost::asio::io_context context;
  Sleeper sleeper;
  int woken = 0;
  sleeper.wake();
  sleeper.wake();
  boost::asio::co_spawn(
      context,
      [&]() -> boost::asio::awaitable<void> {
        co_await sleeper.sleep();
        ++woken;
        co_await sleeper.sleep();
        ++woken;
      },
      boost::asio::detached);
  context.poll();
  CHECK(woken == 1);
  sleeper.wake();
  CHECK(woken == 2);
}

TEST_CASE("a cancellation reaches the call at hand, once, and the calls that come after it") {
  Cancellation cancellation;
  Call first, second, third;
  cancellation.attach(&first);
  cancellation.attach(&second);
  CHECK_FALSE(cancellation.cancelled());
  cancellation.cancel();
  cancellation.cancel();
  CHECK(cancellation.cancelled());
  CHECK(first.cancelled == 0);
  CHECK(second.cancelled == 1);
  cancellation.attach(&third);
  CHECK(third.cancelled == 1);
}

TEST_CASE("a call that has been detached is left alone, and detaches no other") {
  Cancellation cancellation;
  Call first, second;
  cancellation.attach(&first);
  cancellation.detach(&first);
  cancellation.attach(&second);
  cancellation.detach(&first);
  cancellation.cancel();
  CHECK(first.cancelled == 0);
  CHECK(second.cancelled == 1);
}

TEST_CASE("a histogram counts each value at the first bound that holds it") {
  constexpr static std::array<std::int64_t, 3> bounds{1, 5, 10};
  loop::Histogram<3> histogram(bounds);
  for (const std::int64_t value : {0, 1, 2, 5, 6, 10, 11, 1000}) histogram.observe(value);
  CHECK(histogram.count(0) == 2);
  CHECK(histogram.count(1) == 2);
  CHECK(histogram.count(2) == 2);
  CHECK(histogram.count(3) == 2);
  CHECK(histogram.sum() == 1035);
}
