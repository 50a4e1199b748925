#include "records/postgres/counters.hpp"

#include "base/log.hpp"
#include "records/postgres/sql.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace records::postgres {
namespace asio = boost::asio;

namespace {

constexpr std::int64_t fold_at_once = 20'000;
/// While there is something to fold, and while there is nothing.
constexpr auto busy_period = std::chrono::milliseconds(800), longest_period = std::chrono::milliseconds(1600);
/// What folding leaves behind is cleared away after so many rows: the rows soon, for whoever counts steps over them; empty counts seldom,
/// for that looks at all counts.
constexpr std::int64_t rows_a_vacuum = 2'000, rows_a_forgetting = 20'000;
constexpr auto patience = std::chrono::seconds(30);

#define COUNTS_OF_RECORDS                                                                           \
  "SELECT coalesce(owner, '') AS owner, coalesce(status, '') AS status, count(*) AS n FROM records" \
  " GROUP BY GROUPING SETS ((owner, status), (owner), (status), ()) HAVING count(*) > 0"

// An appended row counts four times: for its pair, its owner, its status, and all.
const pg::Statement fold_statement(
    "WITH gone AS (DELETE FROM record_count_deltas"
    "  WHERE (SELECT pg_try_advisory_xact_lock(1919247204, 1)) AND ctid = ANY (ARRAY(SELECT ctid FROM record_count_deltas LIMIT "
    "$1::bigint))"
    "  RETURNING owner, status, n),"
    " folded AS (INSERT INTO record_counts AS counts"
    "  SELECT coalesce(owner, ''), coalesce(status, ''), sum(n) FROM gone"
    "  GROUP BY GROUPING SETS ((owner, status), (owner), (status), ()) HAVING sum(n) <> 0"
    "  ON CONFLICT (owner, status) DO UPDATE SET n = counts.n + excluded.n)"
    " SELECT count(*) FROM gone");
const pg::Statement vacuum_deltas("VACUUM (TRUNCATE off) record_count_deltas");
const pg::Statement forget_empty("DELETE FROM record_counts WHERE n = 0 AND (SELECT pg_try_advisory_xact_lock(1919247204, 1))");

const pg::Statement check_statement(
    "WITH counted AS (SELECT owner, status, sum(n)::bigint AS n FROM (SELECT owner, status, n FROM record_counts"
    "   UNION ALL SELECT coalesce(owner, ''), coalesce(status, ''), sum(n) FROM record_count_deltas"
    "    GROUP BY GROUPING SETS ((owner, status), (owner), (status), ()) HAVING sum(n) <> 0) AS parts GROUP BY owner, status),"
    " present AS (" COUNTS_OF_RECORDS
    ")"
    " SELECT owner, status, coalesce(counted.n, 0), coalesce(present.n, 0) FROM counted FULL JOIN present USING (owner, status)"
    " WHERE coalesce(counted.n, 0) <> coalesce(present.n, 0) ORDER BY owner, status LIMIT 100");

// The lock keeps writers and folding away.
const pg::Statement begin("BEGIN"), commit("COMMIT"), rollback("ROLLBACK");
const pg::Statement lock_all("LOCK TABLE records, record_counts, record_count_deltas IN SHARE ROW EXCLUSIVE MODE");
const pg::Statement forget_deltas("DELETE FROM record_count_deltas");
const pg::Statement forget_counts("DELETE FROM record_counts");
const pg::Statement count_again("INSERT INTO record_counts " COUNTS_OF_RECORDS);

}  // namespace

Awaitable<base::Result<std::int64_t>> Counters::fold(base::Deadline deadline) {
  auto work = [this, deadline](pg::Connection& connection) -> Awaitable<base::Result<std::int64_t>> {
    const pg::Statement& statement = cluster_.dialect() == cluster::Dialect::opengauss ? fold_of_opengauss() : fold_statement;
    pg::Params params;
    params.int8(fold_at_once);
    base::Result<pg::Rows> rows = co_await connection.run(statement, std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    co_return rows->int8(0, 0);
  };
  auto done = co_await cluster_.run<std::int64_t>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return done->value;
}

Awaitable<base::Result<void>> Counters::tidy(const pg::Statement& statement, base::Deadline deadline) {
  auto work = [&statement, deadline](pg::Connection& connection) -> Awaitable<base::Result<bool>> {
    base::Result<pg::Rows> rows = co_await connection.run(statement, {}, deadline);
    if (rows.has_error()) co_return rows.error();
    co_return true;
  };
  auto done = co_await cluster_.run<bool>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return base::Result<void>();
}

Awaitable<void> Counters::keep_folded() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  auto period = busy_period;
  std::int64_t since_vacuum = 0, since_forgetting = 0;
  for (;;) {
    timer.expires_after(period);
    boost::system::error_code stopped;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    if (stopped) co_return;
    base::Result<std::int64_t> count = fold_at_once;
    while (count.has_value() && *count == fold_at_once) {
      count = co_await fold(base::SteadyClock::now() + patience);
      if (count.has_value()) since_vacuum += *count, since_forgetting += *count;
    }
    const bool busy = count.has_value() && *count > 0;
    period = busy ? busy_period : std::min(longest_period, period * 2);
    base::Result<void> outcome;
    if (count.has_error()) outcome = count.error();
    if (since_forgetting >= rows_a_forgetting && outcome.has_value()) {
      since_forgetting = 0;
      outcome = co_await tidy(forget_empty, base::SteadyClock::now() + patience);
    }
    if (since_vacuum >= rows_a_vacuum && outcome.has_value()) {
      since_vacuum = 0;
      const bool is_opengauss = cluster_.dialect() == cluster::Dialect::opengauss;
      outcome = co_await tidy(is_opengauss ? tidy_of_opengauss() : vacuum_deltas, base::SteadyClock::now() + patience);
    }
    if (outcome.has_error())
      base::log::warn("the counts could not be folded", {{"message", outcome.error().message}, {"detail", outcome.error().detail}});
  }
}

Awaitable<base::Result<std::vector<Deviation>>> Counters::check(base::Deadline deadline) {
  auto work = [deadline](pg::Connection& connection) -> Awaitable<base::Result<std::vector<Deviation>>> {
    base::Result<pg::Rows> rows = co_await connection.run(check_statement, {}, deadline);
    if (rows.has_error()) co_return rows.error();
    std::vector<Deviation> deviations;
    for (int row = 0; row < rows->count(); ++row)
      deviations.push_back({std::string(rows->text(row, 0)), std::string(rows->text(row, 1)), rows->int8(row, 2), rows->int8(row, 3)});
    co_return deviations;
  };
  auto done = co_await cluster_.run<std::vector<Deviation>>(cluster::Intent::read_strong, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return std::move(done->value);
}

Awaitable<base::Result<void>> Counters::rebuild(base::Deadline deadline) {
  auto work = [deadline](pg::Connection& connection) -> Awaitable<base::Result<bool>> {
    std::vector<pg::Step> steps;
    for (const pg::Statement* statement : {&begin, &lock_all, &forget_deltas, &forget_counts, &count_again, &commit})
      steps.push_back({statement, {}, statement == &commit});
    const base::Result<void> done = pg::all_well(co_await connection.run(std::move(steps), deadline));
    if (done.has_value()) co_return true;
    pg::Params none;
    co_await connection.run(rollback, none, deadline);
    co_return done.error();
  };
  auto done = co_await cluster_.run<bool>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return base::Result<void>();
}

}  // namespace records::postgres
