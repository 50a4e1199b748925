#include "analytics/run_log.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace analytics {
namespace {

constexpr auto write_patience = std::chrono::seconds(5);
constexpr auto sql_period = std::chrono::seconds(1);

const pg::Statement& insert_run() {
  static const pg::Statement statement(
      "WITH added AS (INSERT INTO analytics_runs"
      " (started_at, engine, outcome, job_id, parallelism, duration_ms, total, owners_total, fallback_reason)"
      " VALUES ($1::timestamptz, $2::text, $3::text, $4::text, $5::integer, $6::bigint, $7::bigint, $8::bigint, $9::text) RETURNING id)"
      " DELETE FROM analytics_runs WHERE id < (SELECT id FROM added) - 200");
  return statement;
}

const pg::Statement& newest_runs() {
  static const pg::Statement statement(
      "SELECT started_at, engine, outcome, job_id, parallelism, duration_ms, total, owners_total, fallback_reason"
      " FROM analytics_runs ORDER BY id DESC LIMIT $1::bigint");
  return statement;
}

std::vector<PastRun> to_runs(const pg::Rows& rows) {
  std::vector<PastRun> runs;
  for (int row = 0; row < rows.count(); ++row)
    runs.push_back({.started_at = rows.timestamptz(row, 0),
                    .engine = std::string(rows.text(row, 1)),
                    .outcome = std::string(rows.text(row, 2)),
                    .job_id = std::string(rows.text(row, 3)),
                    .parallelism = rows.int4(row, 4),
                    .duration = std::chrono::milliseconds(rows.int8(row, 5)),
                    .total = rows.int8(row, 6),
                    .owners_total = rows.int8(row, 7),
                    .fallback_reason = std::string(rows.text(row, 8))});
  return runs;
}

}  // namespace

void RunLog::note(const Summary& summary) {
  const bool sql = summary.engine != "flink";
  ++(sql ? totals_.sql : totals_.flink);
  if (!summary.fallback_reason.empty()) ++totals_.fallbacks;
  const auto now = base::SteadyClock::now();
  if (sql && now - last_sql_ < sql_period) return;
  if (sql) last_sql_ = now;
  keep({.started_at = summary.generated_at - summary.duration,
        .engine = summary.engine,
        .outcome = "done",
        .job_id = summary.job_id,
        .parallelism = summary.parallelism,
        .duration = summary.duration,
        .total = summary.counts.total,
        .owners_total = summary.counts.owners_total,
        .fallback_reason = summary.fallback_reason});
}

void RunLog::note_end(std::string outcome, base::Micros started_at, std::string job_id, std::string why) {
  ++(outcome == "failed" ? totals_.failed : totals_.cancelled);
  PastRun run{.started_at = started_at, .engine = "flink", .outcome = std::move(outcome), .job_id = std::move(job_id)};
  run.duration = std::chrono::ceil<std::chrono::milliseconds>(base::now() - started_at);
  run.fallback_reason = std::move(why);
  keep(std::move(run));
}

void RunLog::keep(PastRun run) {
  if (cluster_) {
    boost::asio::co_spawn(loop_, write(std::move(run)), boost::asio::detached);
    return;
  }
  kept_.push_front(std::move(run));
  if (kept_.size() > most) kept_.pop_back();
}

Awaitable<void> RunLog::write(PastRun run) {
  const base::Deadline deadline = base::SteadyClock::now() + write_patience;
  auto work = [run, deadline](pg::Connection& connection) -> Awaitable<base::Result<bool>> {
    pg::Params params;
    params.timestamptz(run.started_at)
        .text(std::string_view(run.engine))
        .text(std::string_view(run.outcome))
        .text(std::string_view(run.job_id))
        .int4(run.parallelism);
    params.int8(run.duration.count()).int8(run.total).int8(run.owners_total).text(std::string_view(run.fallback_reason));
    const base::Result<pg::Rows> rows = co_await connection.run(insert_run(), std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    co_return true;
  };
  // Only a look back is at stake: a write that may have happened is repeated all the same.
  const auto done = co_await cluster_->run<bool>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) base::log::info("a run could not be noted", {{"message", done.error().message}, {"detail", done.error().detail}});
}

Awaitable<base::Result<std::vector<PastRun>>> RunLog::newest(int limit, base::Deadline deadline) {
  if (!cluster_) {
    const auto count = std::min(kept_.size(), static_cast<std::size_t>(limit));
    co_return std::vector<PastRun>(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(count));
  }
  auto work = [limit, deadline](pg::Connection& connection) -> Awaitable<base::Result<std::vector<PastRun>>> {
    pg::Params params;
    params.int8(limit);
    const base::Result<pg::Rows> rows = co_await connection.run(newest_runs(), std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    co_return to_runs(*rows);
  };
  auto found = co_await cluster_->run<std::vector<PastRun>>(cluster::Intent::read_strong, {}, deadline, work);
  if (found.has_error()) co_return found.error();
  co_return std::move(found->value);
}

}  // namespace analytics
