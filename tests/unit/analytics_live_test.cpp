// The poller, on a scripted source and without a clock: every wait is for something that happens.
#include "analytics/live_counts.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <functional>

using namespace analytics;

namespace {

struct Scripted final : CountsSource {
  Awaitable<base::Result<Counts>> read(int owner_limit, base::Deadline) override {
    ++reads;
    widest = std::max(widest, owner_limit);
    if (failure) co_return *failure;
    co_return shortened(counts, owner_limit);
  }
  Awaitable<base::Result<std::uint64_t>> mark(base::Deadline) override {
    ++looks;
    if (failure) co_return *failure;
    co_return version;
  }

  void change(std::int64_t total) {
    counts.total = total;
    counts.by_status[0] = total;
    ++version;
  }

  Counts counts{.total = 6, .by_status = {6, 0, 0, 0}, .owners = {{"a", 3}, {"b", 2}, {"c", 1}}, .owners_total = 3};
  std::uint64_t version = 1;
  std::optional<base::Error> failure;
  int reads = 0, looks = 0, widest = 0;
};

struct Bench {
  boost::asio::io_context loop;
  Scripted source;
  LiveCounts live{loop.get_executor(), source, std::chrono::milliseconds(1)};

  using Next = base::Result<std::optional<Counts>>;
  Next next(LiveCounts::Watcher& watcher, std::chrono::milliseconds patience = std::chrono::seconds(20)) {
    auto future = boost::asio::co_spawn(loop, watcher.next(patience), boost::asio::use_future);
    run_until([&] { return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return future.get();
  }
  std::int64_t next_total(LiveCounts::Watcher& watcher) {
    const Next news = next(watcher);
    REQUIRE(news);
    REQUIRE(news->has_value());
    return (**news).total;
  }
  void run_until(const std::function<bool()>& done) {
    loop.restart();
    while (!done()) loop.run_one();
  }
  /// Two full looks later: whatever is the case now has been seen.
  void settle() {
    run_until([&, target = source.looks + 2] { return source.looks >= target; });
  }
};

}  // namespace

TEST_CASE("a watcher gets the counts at once, then only when they change") {
  Bench bench;
  const auto watcher = bench.live.watch(100);
  CHECK(bench.next_total(*watcher) == 6);
  const auto quiet = bench.next(*watcher, std::chrono::milliseconds(5));
  REQUIRE(quiet);
  CHECK_FALSE(quiet->has_value());
  bench.source.change(7);
  CHECK(bench.next_total(*watcher) == 7);
}

TEST_CASE("without a change nothing is read, and a change that leaves the figures alone is not told") {
  Bench bench;
  const auto watcher = bench.live.watch(100);
  bench.next_total(*watcher);
  bench.settle();
  CHECK(bench.source.reads == 1);
  ++bench.source.version;
  bench.settle();
  CHECK(bench.source.reads == 2);
  CHECK_FALSE(bench.next(*watcher, std::chrono::milliseconds(0))->has_value());
}

TEST_CASE("all watchers share one poller") {
  Bench bench;
  std::vector<std::unique_ptr<LiveCounts::Watcher>> watchers;
  for (int i = 0; i < 50; ++i) watchers.push_back(bench.live.watch(100));
  for (auto& watcher : watchers) CHECK(bench.next_total(*watcher) == 6);
  CHECK(bench.source.reads == 1);
  bench.source.change(9);
  for (auto& watcher : watchers) CHECK(bench.next_total(*watcher) == 9);
  CHECK(bench.source.reads == 2);
}

TEST_CASE("a slow watcher misses what lies between and gets the latest") {
  Bench bench;
  const auto watcher = bench.live.watch(100);
  bench.next_total(*watcher);
  for (const int total : {10, 11, 12}) {
    bench.source.change(total);
    bench.settle();
  }
  CHECK(bench.next_total(*watcher) == 12);
  CHECK_FALSE(bench.next(*watcher, std::chrono::milliseconds(0))->has_value());
}

TEST_CASE("counts that went and came back before a slow watcher looked are no news to it") {
  Bench bench;
  const auto watcher = bench.live.watch(100);
  bench.next_total(*watcher);
  bench.source.change(10);
  bench.settle();
  bench.source.change(6);
  bench.settle();
  CHECK_FALSE(bench.next(*watcher, std::chrono::milliseconds(0))->has_value());
}

TEST_CASE("the poller works only while there are watchers, and the next watcher sees the present") {
  Bench bench;
  {
    const auto watcher = bench.live.watch(100);
    bench.next_total(*watcher);
  }
  CHECK(bench.live.watchers() == 0);
  bench.loop.restart();
  bench.loop.run();  // comes back, so nothing is left to do
  const int looks = bench.source.looks;
  bench.source.counts.total = 3;  // behind its back: even with the same mark the old counts are not shown
  const auto watcher = bench.live.watch(100);
  CHECK(bench.next_total(*watcher) == 3);
  CHECK(bench.source.looks > looks);
}

TEST_CASE("each watcher gets as many owners as it asked for, from one read") {
  Bench bench;
  const auto narrow = bench.live.watch(1);
  const auto first = bench.next(*narrow);
  CHECK((**first).owners == std::vector<OwnerCount>{{"a", 3}});
  CHECK((**first).other_owners_count() == 3);
  const auto wide = bench.live.watch(2);
  CHECK((**bench.next(*wide)).owners == std::vector<OwnerCount>{{"a", 3}, {"b", 2}});
  CHECK(bench.source.widest == 2);
  CHECK_FALSE(bench.next(*narrow, std::chrono::milliseconds(0))->has_value());
  // What changes beyond a watcher's owners, and only there, is no news to it.
  bench.source.counts.owners[1].owner = "bb";
  ++bench.source.version;
  CHECK((**bench.next(*wide)).owners[1].owner == "bb");
  CHECK_FALSE(bench.next(*narrow, std::chrono::milliseconds(0))->has_value());
}

TEST_CASE("a failure is told to whom has nothing yet, and waited out by whom has") {
  Bench bench;
  bench.source.failure = base::unavailable("away");
  auto watcher = bench.live.watch(100);
  const auto refused = bench.next(*watcher);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "away");

  bench.source.failure.reset();
  bench.run_until([&] { return bench.source.reads > 0; });
  CHECK(bench.next_total(*watcher) == 6);
  bench.source.failure = base::unavailable("away again");
  bench.settle();
  const auto quiet = bench.next(*watcher, std::chrono::milliseconds(0));
  REQUIRE(quiet);
  CHECK_FALSE(quiet->has_value());
  bench.source.failure.reset();
  bench.source.change(8);
  CHECK(bench.next_total(*watcher) == 8);
}

TEST_CASE("stop ends those who wait and those who come") {
  Bench bench;
  const auto watcher = bench.live.watch(100);
  bench.next_total(*watcher);
  auto waiting = boost::asio::co_spawn(bench.loop, watcher->next(std::chrono::hours(1)), boost::asio::use_future);
  bench.settle();
  bench.live.stop();
  bench.loop.restart();
  bench.loop.run();
  CHECK(waiting.get().error().code == base::Code::unavailable);
  const auto late = bench.live.watch(100);
  CHECK(bench.next(*late).error().code == base::Code::unavailable);
}
