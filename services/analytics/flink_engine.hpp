// Flink behind the seam: one run for all who ask while it is under way, a regular look at whether Flink is there, and a breaker, so that a
// dead Flink costs callers nothing. Made by main; used through Fallback and by the service for the engine's state.
#pragma once

#include "analytics/engine.hpp"
#include "analytics/flink/breaker.hpp"
#include "analytics/flink/summary_job.hpp"
#include "analytics/run_log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace analytics {

struct FlinkSettings {
  std::string sql_gateway_url;  ///< empty: no Flink
  std::string rest_url;         ///< empty: no progress, no early word of missing slots
  std::string job_name = "records-summary";
  int parallelism = 2;
  bool live = false;  ///< the streaming job is wanted
};

/// Not thread-safe: one event loop. Must outlive its callers; call stop() before the loop ends.
class FlinkEngine final : public Engine {
 public:
  /// Without a `planner` the database is none that Flink reads. `log` must outlive this.
  FlinkEngine(boost::asio::any_io_executor loop, FlinkSettings settings, flink::Planner planner, RunLog& log);
  ~FlinkEngine() override;

  /// Begins to look whether Flink is there.
  void start();
  void stop();

  /// Joins the run that is under way, if there is one: `as_of` tells what it shows. UNAVAILABLE with the reason at once where Flink is
  /// known not to be there. When its last caller has gone, the job is cancelled.
  Awaitable<base::Result<Summary>> summarize(Request request, ProgressSink sink, base::Deadline deadline) override;
  /// As last seen: asks nobody, except before the first look.
  Awaitable<base::Result<void>> check(base::Deadline deadline) override;

  bool configured() const { return !settings_.sql_gateway_url.empty(); }
  const FlinkSettings& settings() const { return settings_; }
  const flink::SqlGateway& gateway() const { return gateway_; }
  const flink::JobManager& job_manager() const { return job_manager_; }
  /// By its latest answer; empty before.
  const std::string& version() const { return version_; }

 private:
  struct Run;
  Awaitable<void> watch();
  Awaitable<base::Result<void>> look();
  Awaitable<void> work(std::shared_ptr<Run> run);
  Awaitable<base::Result<Summary>> wait(std::shared_ptr<Run> run, Request request, ProgressSink sink, base::Deadline deadline);
  void conclude(Run& run, const base::Result<Summary>& outcome);

  boost::asio::any_io_executor loop_;
  FlinkSettings settings_;
  RunLog& log_;
  flink::SqlGateway gateway_;
  flink::JobManager job_manager_;
  flink::Planner planner_;
  flink::SummaryJob job_;
  flink::Breaker breaker_;
  boost::asio::steady_timer pause_;
  std::shared_ptr<Run> run_;  ///< under way, with callers
  std::string version_;
  bool looked_ = false;
  bool stopped_ = false;
};

}  // namespace analytics
