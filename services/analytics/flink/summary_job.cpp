#include "analytics/flink/summary_job.hpp"

#include "analytics/flink/statements.hpp"
#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>

namespace analytics::flink {
namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

/// For one call to the gateway or the JobManager.
constexpr auto call_patience = std::chrono::seconds(5);
/// The first query of a gateway loads the planner: seconds on a small machine.
constexpr auto submit_patience = std::chrono::seconds(20);
/// How long a job may be without slots.
constexpr auto slot_patience = std::chrono::seconds(5);
constexpr auto page_pause = milliseconds(40), progress_period = milliseconds(250);
/// Until the job's end is known; the last bit is the reading of the pages.
constexpr double most_percent = 99;

Awaitable<void> pause(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

std::string text(const json::value& value) { return value.is_string() ? std::string(value.get_string()) : std::string(); }
std::int64_t number(const json::value& value) { return value.is_number() ? value.to_number<std::int64_t>() : 0; }

/// Keeps the owners with most records, and counts all.
void note_owner(Counts& counts, std::string owner, std::int64_t n) {
  ++counts.owners_total;
  counts.owners.push_back({std::move(owner), n});
  if (counts.owners.size() < 2 * static_cast<std::size_t>(limits::owners)) return;
  sort_owners(counts);
  counts.owners.resize(limits::owners);
}

/// A row of the query: by_owner (1 or 0), status, owner, n.
base::Result<void> note_row(Counts& counts, const json::value& row) {
  const json::array& fields = row.get_array();
  if (fields.size() != 4) return base::internal("Flink answered a row of " + std::to_string(fields.size()) + " fields");
  if (number(fields[0]) != 0) note_owner(counts, text(fields[2]), number(fields[3]));
  else if (!add_status(counts, text(fields[1]), number(fields[3])))
    return base::internal("unknown status in the database: " + text(fields[1]));
  return {};
}

}  // namespace

/// What one run knows.
struct SummaryJob::Run {
  Caller caller;
  base::Deadline deadline;
  Scan scan{};
  std::string page{};
  std::string job_id{};
  Counts counts{};
  base::Deadline began = base::SteadyClock::now();
  base::Deadline next_look{};
  std::optional<base::Deadline> without_slots{};

  base::Deadline soon(std::chrono::seconds patience = call_patience) const {
    return std::min(deadline, base::SteadyClock::now() + patience);
  }
  base::Result<void> goes_on() const {
    if (!caller.wanted()) return base::cancelled();
    if (base::SteadyClock::now() >= deadline) return base::deadline_exceeded("Flink took too long");
    return {};
  }
};

Awaitable<base::Result<std::string>> SummaryJob::session(Scan scan, base::Deadline deadline) {
  if (!session_.empty()) co_return session_;
  Properties properties;
  properties.emplace_back("execution.runtime-mode", "batch");
  properties.emplace_back("parallelism.default", std::to_string(settings_.parallelism));
  properties.emplace_back("table.exec.resource.default-parallelism", std::to_string(settings_.parallelism));
  properties.emplace_back("pipeline.name", settings_.job_name);
  properties.emplace_back("table.local-time-zone", "UTC");
  // Without this a job on a dead database is tried again for minutes: SQL is quicker.
  properties.emplace_back("restart-strategy.type", "none");
  base::Result<std::string> opened = co_await gateway_.open_session(settings_.job_name, std::move(properties), deadline);
  if (opened.has_error()) co_return opened.error();
  const auto values = std::map<std::string, std::string>{
      {"jdbc_url", scan.login.url}, {"user", scan.login.user}, {"password", scan.login.password}, {"first_id", "0"}, {"last_id", "0"}};
  std::vector<std::string> script = statements(summary_script(), values);
  script.pop_back();
  for (std::string& statement : script) {
    const base::Result<void> done = co_await gateway_.configure(*opened, std::move(statement), deadline);
    if (done.has_error()) co_return done.error();
  }
  session_ = *opened;
  co_return session_;
}

Awaitable<base::Result<void>> SummaryJob::submit(Run& run) {
  const auto values = std::map<std::string, std::string>{{"jdbc_url", run.scan.login.url},
                                                         {"user", run.scan.login.user},
                                                         {"password", run.scan.login.password},
                                                         {"first_id", std::to_string(run.scan.first_id)},
                                                         {"last_id", std::to_string(run.scan.last_id)}};
  const std::string query = statements(summary_script(), values).back();
  // A session that the gateway has forgotten (it was restarted, or nobody asked for ten minutes) is opened anew, once.
  for (int attempt = 0;; ++attempt) {
    base::Result<std::string> opened = co_await session(run.scan, run.soon(submit_patience));
    if (opened.has_error()) co_return opened.error();
    base::Result<std::string> page = co_await gateway_.submit(*opened, query, run.soon());
    if (page.has_value()) {
      run.page = std::move(*page);
      co_return base::Result<void>();
    }
    session_.clear();
    if (page.error().reason != reason::session_lost || attempt > 0) co_return page.error();
  }
}

Awaitable<base::Result<void>> SummaryJob::follow(Run& run) {
  const auto now = base::SteadyClock::now();
  if (!jobs_ || run.job_id.empty() || now < run.next_look) co_return base::Result<void>();
  run.next_look = now + progress_period;
  const base::Result<JobState> job = co_await jobs_->job(run.job_id, run.soon());
  if (job.has_error()) co_return job.error();
  if (job->ended()) co_return base::Result<void>();
  if (!job->deployed) {
    const base::Result<ClusterOverview> overview = co_await jobs_->overview(run.soon());
    if (overview.has_value() && overview->task_managers == 0) co_return base::unavailable("Flink has no TaskManager");
  }
  if (job->deployed) run.without_slots.reset();
  else if (!run.without_slots) run.without_slots = now;
  else if (now - *run.without_slots > slot_patience) co_return base::unavailable("Flink has no free slot for the job");
  const base::Result<std::int64_t> records = co_await jobs_->records_read(*job, run.soon());
  if (records.has_error() || !job->deployed) co_return base::Result<void>();
  Progress progress{.stage = "reading", .records_read = *records, .job_id = run.job_id};
  if (run.scan.expected > 0)
    progress.percent = std::min(most_percent, 100.0 * static_cast<double>(*records) / static_cast<double>(run.scan.expected));
  run.caller.tell(std::move(progress));
  co_return base::Result<void>();
}

Awaitable<base::Result<void>> SummaryJob::read(Run& run) {
  for (;;) {
    if (const auto on = run.goes_on(); on.has_error()) co_return on.error();
    base::Result<Page> page = co_await gateway_.fetch(run.page, run.soon());
    if (page.has_error()) co_return page.error();
    if (run.job_id.empty() && !page->job_id.empty()) {
      run.job_id = page->job_id;
      run.caller.tell({.stage = "reading", .percent = 0, .job_id = run.job_id});
    }
    for (const json::value& row : page->rows)
      if (const auto noted = note_row(run.counts, row); noted.has_error()) co_return noted.error();
    if (page->last) co_return base::Result<void>();
    run.page = page->next;
    if (!page->rows.empty()) continue;
    if (const auto followed = co_await follow(run); followed.has_error()) co_return followed.error();
    if (!page->ready && base::SteadyClock::now() - run.began > submit_patience)
      co_return base::unavailable("Flink does not begin with the job");
    co_await pause(page_pause);
  }
}

Awaitable<void> SummaryJob::clear_away(std::string page, std::string job_id) const {
  // Closing the statement cancels its job. Where the gateway has gone, the JobManager does.
  const base::Deadline soon = base::SteadyClock::now() + call_patience;
  base::Result<void> closed;
  if (!page.empty()) closed = co_await gateway_.close(page, soon);
  if (closed.has_error() && jobs_ && !job_id.empty()) co_await jobs_->cancel(job_id, soon);
}

Awaitable<base::Result<Summary>> SummaryJob::run(Caller caller, base::Deadline deadline) {
  Run run{.caller = std::move(caller), .deadline = deadline};
  base::Result<Scan> scan = co_await planner_(run.soon());
  if (scan.has_error()) {
    base::Error error = scan.error();
    error.reason = reason::database;
    co_return error;
  }
  run.scan = std::move(*scan);
  base::Result<void> done = co_await submit(run);
  if (done.has_value()) done = co_await read(run);
  asio::co_spawn(co_await asio::this_coro::executor, clear_away(run.page, run.job_id), asio::detached);
  if (done.has_error()) {
    base::Error error = done.error();
    if (error.code == base::Code::cancelled) base::log::info("summary given up by its callers", {{"job_id", run.job_id}});
    co_return error;
  }
  sort_owners(run.counts);
  if (run.counts.owners.size() > static_cast<std::size_t>(limits::owners)) run.counts.owners.resize(limits::owners);
  run.counts.as_of = run.scan.as_of;
  run.caller.tell({.stage = "finishing", .records_read = run.counts.total, .percent = 100, .job_id = run.job_id});
  Summary summary{.engine = "flink",
                  .job_name = settings_.job_name,
                  .job_id = run.job_id,
                  .parallelism = settings_.parallelism,
                  .counts = std::move(run.counts),
                  .generated_at = base::now()};
  summary.duration = std::chrono::ceil<milliseconds>(base::SteadyClock::now() - run.began);
  if (jobs_) summary.job_url = jobs_->page_of(run.job_id);
  co_return summary;
}

}  // namespace analytics::flink
