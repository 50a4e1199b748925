#include "analytics/flink/live_job.hpp"

#include "analytics/flink/statements.hpp"
#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <map>

namespace analytics::flink {
namespace asio = boost::asio;

namespace {

constexpr auto period = std::chrono::seconds(1), period_after_failure = std::chrono::seconds(3);
constexpr auto call_patience = std::chrono::seconds(5);
constexpr auto submit_patience = std::chrono::seconds(30);
/// Without anything coming through, a complete job is resumed, and one that takes its snapshot begins anew.
constexpr std::chrono::seconds stall_patience{45}, snapshot_patience{std::chrono::hours(6)};
constexpr auto end_patience = std::chrono::seconds(20);
constexpr int most_resumes = 2;
constexpr auto tidying_period = std::chrono::seconds(30);
/// Between two comparisons with SQL's counts, and how many times as long as one takes.
constexpr auto comparison_period = std::chrono::seconds(5);
constexpr int comparison_rest = 100;
/// A count that differs in the same way in so many comparisons in a row is wrong.
constexpr int wrong_in_a_row = 3;
/// Creations by minute are counted from so long before the job's first start.
constexpr auto rates_before = std::chrono::hours(1);

base::Deadline soon(std::chrono::seconds patience = call_patience) { return base::SteadyClock::now() + patience; }

}  // namespace

Step next_step(const LiveJobRow& row, const JobState& job, bool stalled, int resumes) {
  // A slot belongs to its timeline: what the old primary logged last may not be there any more, though the job has counted it.
  if (row.state == "none" || row.job_id.empty() || row.timeline != row.primary_timeline) return Step::begin;
  // A snapshot that broke off begins anew: what is read a second time is not what the slot has been made at.
  if (row.state != "live" && job.restarted) return Step::begin;
  if (!job.ended() && !stalled) return Step::tend;
  const bool can_go_on = row.state == "live" && !row.checkpoint.empty() && resumes < most_resumes;
  return can_go_on ? Step::resume : Step::begin;
}

LiveJob::LiveJob(asio::any_io_executor loop, cluster::Cluster& cluster, cluster::DatabaseConfig database, const SqlGateway& gateway,
                 const JobManager& jobs, std::string job_name)
    : loop_(std::move(loop)),
      cluster_(cluster),
      table_(cluster, database),
      jdbc_(database),
      gateway_(gateway),
      jobs_(jobs),
      job_name_(std::move(job_name)),
      pause_(loop_) {}

void LiveJob::start() {
  show("waiting", "has not been looked for yet", "");
  asio::co_spawn(loop_, look_after(), asio::detached);
}

void LiveJob::stop() {
  stopped_ = true;
  pause_.cancel();
}

void LiveJob::show(std::string state, std::string detail, std::string job_id) {
  if (state != status_.state || detail != status_.detail)
    base::log::info("streaming job", {{"state", state}, {"detail", detail}, {"job_id", job_id}});
  status_ = {std::move(state), std::move(detail), std::move(job_id)};
}

std::string LiveJob::primary_name() const {
  for (const cluster::NodeState& node : cluster_.snapshot()->nodes)
    if (node.role == cluster::Role::primary && node.timeline == cluster_.snapshot()->timeline) return node.name;
  return {};
}

Awaitable<void> LiveJob::look_after() {
  while (!stopped_) {
    base::Result<void> done = base::internal("the turn threw");
    try {
      done = co_await turn();
    } catch (const std::exception& thrown) {
      done = base::internal(thrown.what());
    }
    if (done.has_error()) {
      const base::Error& error = done.error();
      if (!error.detail.empty()) base::log::debug("streaming job", {{"message", error.message}, {"detail", error.detail}});
      show("waiting", error.message, status_.job_id);
      seen_at_ = base::SteadyClock::now();
    }
    if (stopped_) break;
    pause_.expires_after(done.has_error() ? period_after_failure : period);
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Awaitable<base::Result<void>> LiveJob::turn() {
  if (cluster_.dialect() == cluster::Dialect::opengauss)
    co_return base::unavailable("change capture is for PostgreSQL; SQL counts on openGauss");
  auto held = co_await table_.hold(soon());
  if (held.has_error()) co_return held.error();
  if (!held->has_value()) {
    show("waiting", "another analytics-service looks after the streaming job", "");
    co_return base::Result<void>();
  }
  LiveJobRow row = std::move(**held);
  const auto now = base::SteadyClock::now();
  if (row.seen_pulse != seen_pulse_ || seen_at_ == base::Deadline{}) {
    if (row.seen_pulse != 0 && seen_pulse_ != 0) resumes_ = 0;
    seen_pulse_ = row.seen_pulse;
    seen_at_ = now;
  }

  const base::Result<ClusterOverview> overview = co_await jobs_.overview(soon());
  if (overview.has_error()) co_return overview.error();
  // A job would wait as this one does.
  if (overview->task_managers == 0) co_return base::unavailable("Flink has no TaskManager");
  base::Result<std::vector<JobState>> all = co_await jobs_.jobs(soon());
  if (all.has_error()) co_return all.error();
  JobState job{.id = row.job_id};
  for (JobState& each : *all) {
    if (each.id == row.job_id) job = each;
    // Never two at once: one that was submitted by somebody who died before he could say so, or that came back.
    else if (each.name == job_name_ && !each.ended()) {
      const base::Result<void> ended = co_await end(each.id);
      if (ended.has_error()) co_return ended.error();
    }
  }
  if (row.state == "starting" && !job.ended()) {
    base::Result<JobState> whole = co_await jobs_.job(row.job_id, soon());
    if (whole.has_error()) co_return whole.error();
    job = std::move(*whole);
  }
  const bool stalled = now - seen_at_ > (row.state == "live" ? stall_patience : snapshot_patience);
  switch (next_step(row, job, stalled, resumes_)) {
    case Step::begin:
      co_return co_await begin(std::move(row));
    case Step::resume:
      co_return co_await resume(std::move(row));
    case Step::tend:
      break;
  }
  co_return co_await tend(std::move(row), std::move(job));
}

// Nothing is sent while a snapshot is under way until the pulse of before has come with it; then one is sent. When that has come, it has
// come by the log, and the log is read only after the whole snapshot.
Awaitable<base::Result<void>> LiveJob::tend(LiveJobRow row, JobState job) {
  const bool live = row.state == "live";
  if (!live && row.seen_pulse == 0) {
    show("starting", "the snapshot is being read", row.job_id);
    co_return base::Result<void>();
  }
  base::Result<std::string> checkpoint = co_await jobs_.latest_checkpoint(row.job_id, soon());
  bool changed = checkpoint.has_value() && !checkpoint->empty() && *checkpoint != row.checkpoint;
  if (changed) row.checkpoint = *checkpoint;
  const bool came = row.seen_pulse == row.pulse;
  if (!live && came && row.pulse != row.first_pulse) {
    row.state = "live";
    changed = true;
    const base::Result<void> forgot = co_await table_.forget_others(row.generation, soon());
    if (forgot.has_error()) co_return forgot.error();
    base::log::info("live counts by Flink are complete", {{"generation", row.generation}, {"job_id", row.job_id}});
  }
  if (changed) {
    const base::Result<void> saved = co_await table_.save(row, soon());
    if (saved.has_error()) co_return saved.error();
  }
  const auto now = base::SteadyClock::now();
  if (now >= next_tidying_) {
    next_tidying_ = now + tidying_period;
    co_await table_.drop_other_slots(row.generation);
  }
  const bool running = job.state == "RUNNING";
  show(row.state == "live" && running ? "live" : "starting", running ? "" : "the job is " + job.state, row.job_id);
  if (!came) co_return base::Result<void>();
  if (row.state == "live" && running) {
    const base::Result<bool> wrong = co_await counts_wrongly(row.generation);
    if (wrong.has_error()) co_return wrong.error();
    if (*wrong) co_return co_await begin(std::move(row));
  }
  co_return co_await table_.send_pulse(soon());
}

// The connector may lose changes when it goes on from a checkpoint (decisions.md); such counts would stay wrong. What differs in the same
// way again and again, though all that was logged before has come through meanwhile, is no change under way.
Awaitable<base::Result<bool>> LiveJob::counts_wrongly(std::int64_t generation) {
  const auto asked = base::SteadyClock::now();
  if (asked < next_comparison_) co_return false;
  const base::Result<std::vector<std::string>> differences = co_await table_.differences(generation, soon());
  if (differences.has_error()) co_return differences.error();
  const auto answered = base::SteadyClock::now();
  next_comparison_ = answered + std::max<base::SteadyClock::duration>(comparison_period, (answered - asked) * comparison_rest);
  std::map<std::string, int> in_a_row;
  const std::string* wrong = nullptr;
  for (const std::string& difference : *differences) {
    const int times = in_a_row[difference] = differences_[difference] + 1;
    if (times >= wrong_in_a_row) wrong = &difference;
  }
  if (wrong != nullptr) {
    base::log::warn("Flink's live counts are wrong and begin anew", {{"generation", generation}, {"job_id", status_.job_id}});
    base::log::debug("Flink's live counts", {{"difference", *wrong}, {"differences", differences->size()}});
  }
  differences_ = std::move(in_a_row);
  co_return wrong != nullptr;
}

Awaitable<base::Result<void>> LiveJob::end(std::string job_id) {
  const base::Deadline until = soon(end_patience);
  base::Result<void> asked = co_await jobs_.cancel(job_id, soon());
  if (asked.has_error()) co_return asked.error();
  for (;;) {
    const base::Result<JobState> job = co_await jobs_.job(job_id, soon());
    if (job.has_error()) co_return job.error();
    if (job->ended()) co_return base::Result<void>();
    if (base::SteadyClock::now() > until) co_return base::unavailable("the job " + job_id + " does not end");
    pause_.expires_after(std::chrono::milliseconds(200));
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Awaitable<base::Result<void>> LiveJob::begin(LiveJobRow row) {
  if (!row.job_id.empty()) {
    const base::Result<void> ended = co_await end(row.job_id);
    if (ended.has_error()) co_return ended.error();
  }
  row.generation += 1;
  row.state = "starting";
  row.job_id.clear();
  row.checkpoint.clear();
  row.timeline = row.primary_timeline;
  show("starting", "a new snapshot begins", "");
  // The row says that a job of this generation may be there before there is one.
  base::Result<void> done = co_await table_.save(row, soon());
  if (done.has_value()) done = co_await table_.prepare(soon());
  if (done.has_value()) done = co_await table_.forget_others(row.generation, soon(submit_patience));
  if (done.has_value()) done = co_await table_.send_pulse(soon());
  if (done.has_error()) co_return done.error();
  co_await table_.drop_other_slots(row.generation);
  auto again = co_await table_.hold(soon());
  if (again.has_error()) co_return again.error();
  if (!again->has_value() || (*again)->generation != row.generation) co_return base::unavailable("another service has taken the job over");
  row.first_pulse = (*again)->pulse;
  const base::Result<std::string> job = co_await submit(row, "");
  if (job.has_error()) co_return job.error();
  row.job_id = *job;
  seen_pulse_ = 0;
  seen_at_ = base::SteadyClock::now();
  resumes_ = 0;
  differences_.clear();
  base::log::info("streaming job begun", {{"generation", row.generation}, {"job_id", row.job_id}, {"timeline", row.timeline}});
  co_return co_await table_.save(row, soon());
}

Awaitable<base::Result<void>> LiveJob::resume(LiveJobRow row) {
  const base::Result<void> ended = co_await end(row.job_id);
  if (ended.has_error()) co_return ended.error();
  ++resumes_;
  seen_at_ = base::SteadyClock::now();
  const base::Result<std::string> job = co_await submit(row, row.checkpoint);
  if (job.has_error()) co_return job.error();
  base::log::info("streaming job resumed", {{"generation", row.generation}, {"job_id", *job}, {"checkpoint", row.checkpoint}});
  row.job_id = *job;
  co_return co_await table_.save(row, soon());
}

Awaitable<base::Result<std::string>> LiveJob::submit(LiveJobRow row, std::string checkpoint) {
  Properties properties;
  properties.emplace_back("execution.runtime-mode", "streaming");
  properties.emplace_back("parallelism.default", "1");
  properties.emplace_back("pipeline.name", job_name_);
  properties.emplace_back("table.local-time-zone", "UTC");
  // The default plan deletes rows on the way to updating them, which readers would see.
  properties.emplace_back("table.exec.sink.upsert-materialize", "NONE");
  properties.emplace_back("execution.checkpointing.interval", "1s");
  // None completes while the snapshot is read.
  properties.emplace_back("execution.checkpointing.timeout", std::to_string(snapshot_patience.count()) + " s");
  properties.emplace_back("execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
  properties.emplace_back("restart-strategy.type", "fixed-delay");
  properties.emplace_back("restart-strategy.fixed-delay.attempts", "2147483647");
  properties.emplace_back("restart-strategy.fixed-delay.delay", "1 s");
  if (!checkpoint.empty()) properties.emplace_back("execution.state-recovery.path", checkpoint);
  const base::Result<std::string> session = co_await gateway_.open_session(job_name_, std::move(properties), soon(submit_patience));
  if (session.has_error()) co_return session.error();
  base::Result<std::string> job = co_await submit_in(*session, std::move(row));
  // The job does not hang on the session it was submitted in.
  co_await gateway_.close_session(*session, soon());
  co_return job;
}

Awaitable<base::Result<std::string>> LiveJob::submit_in(std::string session, LiveJobRow row) {
  const std::string primary = primary_name();
  if (primary.empty()) co_return base::unavailable("the database cluster has no primary now");
  const JdbcLogin source = jdbc_.node(primary), sink = jdbc_.primary();
  // The same each time a generation is submitted.
  const std::int64_t since = row.first_pulse - std::chrono::milliseconds(rates_before).count();
  const auto values = std::map<std::string, std::string>{{"primary_host", source.host},
                                                         {"primary_port", source.port},
                                                         {"user", source.user},
                                                         {"password", source.password},
                                                         {"database", source.database},
                                                         {"slot", LiveJobTable::slot_of(row.generation)},
                                                         {"publication", LiveJobTable::publication},
                                                         {"jdbc_url", sink.url},
                                                         {"generation", std::to_string(row.generation)},
                                                         {"rates_since_ms", std::to_string(since)}};
  std::vector<std::string> script = statements(live_script(), values);
  const std::string insert = std::move(script.back());
  script.pop_back();
  for (std::string& statement : script) {
    const base::Result<void> defined = co_await gateway_.configure(session, std::move(statement), soon(submit_patience));
    if (defined.has_error()) co_return defined.error();
  }
  const base::Result<std::string> page = co_await gateway_.submit(session, insert, soon(submit_patience));
  if (page.has_error()) co_return page.error();
  const base::Deadline until = soon(submit_patience);
  for (;;) {
    const base::Result<Page> answer = co_await gateway_.fetch(*page, soon());
    if (answer.has_error()) co_return answer.error();
    if (!answer->job_id.empty()) co_return answer->job_id;
    if (base::SteadyClock::now() > until) co_return base::unavailable("Flink does not begin with the job");
    pause_.expires_after(std::chrono::milliseconds(100));
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

}  // namespace analytics::flink
