#include "analytics/fallback.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

using namespace analytics;
using base::Code;

namespace {

/// Answers what it is told to, and remembers how it was asked.
struct Scripted final : Engine {
  explicit Scripted(base::Result<Summary> result) : answer(std::move(result)) {}

  Awaitable<base::Result<Summary>> summarize(Request request, ProgressSink sink, base::Deadline until) override {
    ++asked;
    owner_limit = request.owner_limit;
    deadline = until;
    Progress reading{.stage = "reading"};
    if (!co_await sink(std::move(reading))) co_return base::cancelled();
    co_return answer;
  }
  Awaitable<base::Result<void>> check(base::Deadline) override { co_return base::Result<void>(); }

  base::Result<Summary> answer;
  int asked = 0;
  int owner_limit = 0;
  base::Deadline deadline;
};

struct Bench {
  Scripted flink{Summary{.engine = "flink"}};
  Scripted sql{Summary{.engine = "sql_fallback"}};
  Fallback engines{flink, sql};
  base::Deadline deadline = base::SteadyClock::now() + std::chrono::seconds(30);
  bool caller_there = true;

  base::Result<Summary> ask(Choice choice) {
    boost::asio::io_context loop;
    ProgressSink sink = [this](Progress) -> Awaitable<bool> { co_return caller_there; };
    auto future =
        boost::asio::co_spawn(loop, engines.summarize(choice, Request{.owner_limit = 7}, sink, deadline), boost::asio::use_future);
    loop.run();
    return future.get();
  }
};

}  // namespace

TEST_CASE("an engine that is named answers alone, or its error does") {
  Bench bench;
  CHECK(bench.ask(Choice::sql)->engine == "sql_fallback");
  CHECK(bench.flink.asked == 0);
  CHECK(bench.sql.owner_limit == 7);
  CHECK(bench.ask(Choice::sql)->fallback_reason.empty());
  CHECK(bench.ask(Choice::flink)->engine == "flink");
  bench.flink.answer = base::unavailable("Flink is away");
  const int before = bench.sql.asked;
  const auto refused = bench.ask(Choice::flink);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "Flink is away");
  CHECK(refused.error().reason == base::reason::flink_unavailable);
  CHECK(bench.sql.asked == before);
}

TEST_CASE("AUTO: Flink where it can") {
  Bench bench;
  const auto summary = bench.ask(Choice::automatic);
  REQUIRE(summary);
  CHECK(summary->engine == "flink");
  CHECK(summary->fallback_reason.empty());
  CHECK(bench.sql.asked == 0);
  CHECK(bench.flink.owner_limit == 7);
}

TEST_CASE("AUTO: SQL with the reason where Flink cannot, and time is kept for it") {
  Bench bench;
  for (const base::Error& error : {base::unavailable("Flink is away"), base::deadline_exceeded("too slow"), base::internal("odd")}) {
    bench.flink.answer = error;
    const auto summary = bench.ask(Choice::automatic);
    REQUIRE(summary);
    CHECK(summary->engine == "sql_fallback");
    CHECK(summary->fallback_reason == error.message);
  }
  CHECK(bench.sql.deadline == bench.deadline);
  CHECK(bench.flink.deadline <= bench.deadline - std::chrono::seconds(9));
  CHECK(bench.flink.deadline >= bench.deadline - std::chrono::seconds(12));
}

TEST_CASE("AUTO: where SQL fails too, its error counts; when the caller has gone nobody goes on") {
  Bench bench;
  bench.flink.answer = base::unavailable("Flink is away");
  bench.sql.answer = base::unavailable("the database is away");
  const auto summary = bench.ask(Choice::automatic);
  REQUIRE_FALSE(summary);
  CHECK(summary.error().message == "the database is away");

  Bench gone;
  gone.caller_there = false;
  const auto cancelled = gone.ask(Choice::automatic);
  REQUIRE_FALSE(cancelled);
  CHECK(cancelled.error().code == Code::cancelled);
  CHECK(gone.sql.asked == 0);
}
