// Bounds: of time while another program writes or a query runs long, of the queue, of open exports; and the search function's letters.
#include "support.hpp"

#include "lite/database.hpp"
#include "lite/text_search.hpp"
#include "lite/worker.hpp"

#include "support/catch.hpp"

#include <sqlite3.h>

#include <thread>

using namespace records;
using base::Code;

TEST_CASE("while another program writes, a write waits until its deadline and reads go on") {
  const Folder folder;
  const auto store = open(folder.file());
  create(*store, "before");
  lite::Database other(folder.file());
  lite::Transaction blocking(other, lite::Transaction::Kind::write);

  const auto began = base::SteadyClock::now();
  const auto late = wait(store->update({.id = 1, .change = {.title = "x"}}, began + std::chrono::milliseconds(150)));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::deadline_exceeded);
  CHECK(base::SteadyClock::now() - began < std::chrono::seconds(4));
  CHECK(wait(store->list({}, {.deadline = soon()}))->value.items.at(0).title == "before");

  blocking.commit();
  CHECK(wait(store->update({.id = 1, .change = {.title = "x"}}, soon())));
}

TEST_CASE("a query that runs too long is stopped at its deadline") {
  lite::Database database(":memory:");
  const auto began = base::SteadyClock::now();
  database.set_deadline(began + std::chrono::milliseconds(50));
  lite::Statement endless = database.prepare("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n");
  try {
    endless.step();
    FAIL("it ended");
  } catch (const lite::Failure& failure) {
    CHECK(failure.primary() == SQLITE_INTERRUPT);
    CHECK(lite::current_error(began).code == Code::deadline_exceeded);
  }
  CHECK(base::SteadyClock::now() - began < std::chrono::seconds(4));
}

TEST_CASE("more than the bound of waiting requests are refused at once") {
  const auto store = open(":memory:");
  boost::asio::io_context loop;
  int overloaded = 0, answered = 0;
  constexpr int calls = lite::Worker::most_waiting * 3;
  const auto count = [&](const std::exception_ptr& thrown, const base::Result<Answer<std::vector<Record>>>& outcome) {
    if (thrown) std::rethrow_exception(thrown);
    if (outcome) {
      ++answered;
    } else {
      CHECK(outcome.error().code == Code::resource_exhausted);
      CHECK(outcome.error().retry_after.has_value());
      ++overloaded;
    }
  };
  // A first call holds the thread with a big write, so that the others pile up behind it.
  std::vector<Creation> many(1000, Creation{.record = {.title = "t", .owner = "o", .description = std::string(10'000, 'd')}});
  auto holding = boost::asio::co_spawn(loop, store->create(many, {}, soon()), boost::asio::use_future);
  for (int i = 0; i < calls; ++i) boost::asio::co_spawn(loop, store->get({1}, {.deadline = soon()}), count);
  loop.run();
  CHECK(overloaded > 0);
  CHECK(answered + overloaded == calls);
  CHECK(holding.get().at(0).has_value());
  CHECK(wait(store->get({1}, {.deadline = soon()})));  // and it recovers
}

TEST_CASE("a call whose deadline passes while it waits is not begun") {
  lite::Worker worker;
  boost::asio::io_context loop;
  std::promise<void> hold;
  bool begun = false;
  auto first = [held = hold.get_future().share()]() -> base::Result<int> { return held.wait(), 1; };
  auto second = [&begun]() -> base::Result<int> { return begun = true, 2; };
  auto one = boost::asio::co_spawn(loop, worker.run(soon(), std::move(first)), boost::asio::use_future);
  const auto deadline = base::SteadyClock::now() + std::chrono::milliseconds(20);
  auto two = boost::asio::co_spawn(loop, worker.run(deadline, std::move(second)), boost::asio::use_future);
  loop.poll();  // both are queued
  while (base::SteadyClock::now() < deadline) std::this_thread::yield();
  hold.set_value();
  loop.run();
  CHECK(one.get());
  CHECK(two.get().error().code == Code::deadline_exceeded);
  CHECK_FALSE(begun);
}

TEST_CASE("open exports are bounded, and a closed one makes room") {
  const Folder folder;
  const auto store = open(folder.file());
  std::vector<std::unique_ptr<ExportCursor>> cursors;
  for (;;) {
    auto cursor = wait(store->open_export({}, {}, {.deadline = soon()}));
    if (!cursor) {
      CHECK(cursor.error().code == Code::resource_exhausted);
      break;
    }
    cursors.push_back(std::move(*cursor));
    REQUIRE(cursors.size() <= 64);
  }
  CHECK(cursors.size() == 16);
  cursors.pop_back();
  CHECK(wait(store->open_export({}, {}, {.deadline = soon()})));
}

TEST_CASE("letters are folded by Unicode's simple rules") {
  CHECK(lite::fold("ABC xyz 09") == "abc xyz 09");
  CHECK(lite::fold("ÄÖÜ") == "äöü");
  CHECK(lite::fold("ДА") == "да");
  CHECK(lite::fold("中文\xf0\x9f\xa6\x84") == "中文\xf0\x9f\xa6\x84");
  CHECK(lite::fold("\xf0\x90\x90\x80") == "\xf0\x90\x90\xa8");  // Deseret, beyond the basic plane
  CHECK(lite::fold("A\xff") == "a\xff");
  CHECK(lite::fold("").empty());
}
