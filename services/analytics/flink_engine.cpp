#include "analytics/flink_engine.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <list>
#include <optional>

namespace analytics {
namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr auto look_period = milliseconds(2000), look_period_absent = milliseconds(500);
/// How long a look may take.
constexpr auto look_timeout = std::chrono::seconds(1);
/// A caller hears at least this often, and is looked after.
constexpr auto word_period = milliseconds(500);

}  // namespace

/// A summary under way and those who wait for it.
struct FlinkEngine::Run {
  Progress progress{};
  int changes = 0;  ///< of progress
  std::optional<base::Result<Summary>> outcome{};
  int callers = 0;
  base::Deadline deadline{};
  base::Micros started_at = base::now();
  std::list<asio::steady_timer> waiting{};

  void tell(Progress now) {
    progress = std::move(now);
    ++changes;
    wake();
  }
  void wake() {
    for (auto& timer : waiting) timer.cancel();
  }
};

FlinkEngine::FlinkEngine(asio::any_io_executor loop, FlinkSettings settings, flink::Planner planner, RunLog& log)
    : loop_(std::move(loop)),
      settings_(std::move(settings)),
      log_(log),
      gateway_(settings_.sql_gateway_url),
      job_manager_(settings_.rest_url),
      planner_(std::move(planner)),
      job_(gateway_, settings_.rest_url.empty() ? nullptr : &job_manager_, planner_, {settings_.job_name, settings_.parallelism}),
      pause_(loop_) {}

FlinkEngine::~FlinkEngine() = default;

void FlinkEngine::start() {
  if (configured()) asio::co_spawn(loop_, watch(), asio::detached);
}

void FlinkEngine::stop() {
  stopped_ = true;
  pause_.cancel();
}

Awaitable<base::Result<void>> FlinkEngine::look() {
  const base::Deadline soon = base::SteadyClock::now() + look_timeout;
  const base::Result<std::string> version = co_await gateway_.version(soon);
  if (version.has_error()) co_return version.error();
  version_ = *version;
  if (settings_.rest_url.empty()) co_return base::Result<void>();
  const base::Result<flink::ClusterOverview> overview = co_await job_manager_.overview(soon);
  if (overview.has_error()) co_return overview.error();
  if (overview->task_managers == 0) co_return base::unavailable("Flink has no TaskManager");
  if (overview->free_slots == 0 && !run_)
    co_return base::unavailable("Flink has no free slot (" + std::to_string(overview->slots) + " taken)");
  co_return base::Result<void>();
}

Awaitable<void> FlinkEngine::watch() {
  bool there = true;
  while (!stopped_) {
    const base::Result<void> seen = co_await look();
    if (stopped_) break;
    if (seen.has_error()) breaker_.absent(seen.error());
    else breaker_.present();
    if (seen.has_error() && (there || !looked_)) base::log::warn("Flink cannot be used", {{"reason", seen.error().message}});
    if (seen.has_value() && (!there || !looked_)) base::log::info("Flink is there", {{"version", version_}});
    there = seen.has_value();
    looked_ = true;
    pause_.expires_after(there ? look_period : look_period_absent);
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

Awaitable<base::Result<void>> FlinkEngine::check(base::Deadline) {
  if (!configured()) co_return base::unavailable("Flink is not configured (FLINK_SQL_GATEWAY_URL is empty)");
  if (!planner_) co_return base::unavailable("Flink is not used with SQLite");
  if (!looked_) {
    const base::Result<void> seen = co_await look();
    if (seen.has_error()) co_return seen.error();
  }
  if (const auto refusal = breaker_.refusal(base::SteadyClock::now())) co_return *refusal;
  co_return base::Result<void>();
}

Awaitable<base::Result<Summary>> FlinkEngine::summarize(Request request, ProgressSink sink, base::Deadline deadline) {
  if (configured()) {
    Progress connecting{.stage = "connecting"};
    if (!co_await sink(std::move(connecting))) co_return base::cancelled();
  }
  const base::Result<void> ready = co_await check(deadline);
  if (ready.has_error()) co_return ready.error();
  if (!run_) {
    run_ = std::make_shared<Run>();
    run_->deadline = deadline;
    run_->callers = 1;  // the run looks for its callers before this one goes on
    asio::co_spawn(loop_, work(run_), asio::detached);
  } else {
    ++run_->callers;
    run_->deadline = std::max(run_->deadline, deadline);
  }
  const auto run = run_;
  base::Result<Summary> outcome = co_await wait(run, request, std::move(sink), deadline);
  if (--run->callers == 0 && run_ == run) run_.reset();
  co_return outcome;
}

Awaitable<base::Result<Summary>> FlinkEngine::wait(std::shared_ptr<Run> run, Request request, ProgressSink sink, base::Deadline deadline) {
  const auto timer = run->waiting.emplace(run->waiting.end(), loop_);
  base::Result<Summary> result = base::cancelled();
  for (int heard = -1;;) {
    if (run->outcome) {
      result = *run->outcome;
      if (result.has_value()) result->counts = shortened(result->counts, request.owner_limit);
      break;
    }
    const auto now = base::SteadyClock::now();
    if (now >= deadline) {
      result = base::deadline_exceeded("Flink took too long");
      break;
    }
    heard = run->changes;
    Progress progress = run->progress;
    const bool there = progress.stage.empty() || co_await sink(std::move(progress));
    if (!there) break;
    if (run->outcome || run->changes != heard) continue;
    timer->expires_at(std::min(deadline, now + word_period));
    boost::system::error_code woken;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  run->waiting.erase(timer);
  co_return result;
}

Awaitable<void> FlinkEngine::work(std::shared_ptr<Run> run) {
  flink::Caller caller{[run](Progress progress) { run->tell(std::move(progress)); }, [run] { return run->callers > 0; }};
  base::Result<Summary> outcome = base::internal("the run threw");
  try {
    outcome = co_await job_.run(std::move(caller), run->deadline);
  } catch (const std::exception& thrown) {
    outcome = base::internal(thrown.what());
  }
  conclude(*run, outcome);
  run->outcome = std::move(outcome);
  if (run_ == run) run_.reset();
  run->wake();
}

void FlinkEngine::conclude(Run& run, const base::Result<Summary>& outcome) {
  if (outcome.has_value()) {
    breaker_.succeeded();
    log_.note(*outcome);
    return;
  }
  const base::Error& error = outcome.error();
  if (error.code == base::Code::cancelled) {
    log_.note_end("cancelled", run.started_at, run.progress.job_id, "");
    return;
  }
  base::log::warn("a summary by Flink failed", {{"reason", error.message}, {"job_id", run.progress.job_id}, {"detail", error.detail}});
  log_.note_end("failed", run.started_at, run.progress.job_id, error.message);
  if (error.reason != flink::reason::database) breaker_.failed(error, base::SteadyClock::now());
}

}  // namespace analytics
