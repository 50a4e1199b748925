// Looks after Flink's streaming job: exactly one runs, whoever of several services is at it; a lost one goes on from its checkpoint; after
// a failover of the database it begins anew with a snapshot. Made by main where FLINK_CDC is on.
#pragma once

#include "analytics/flink/jdbc.hpp"
#include "analytics/flink/job_manager.hpp"
#include "analytics/flink/live_job_row.hpp"
#include "analytics/flink/sql_gateway.hpp"

#include <boost/asio/steady_timer.hpp>

#include <map>

namespace analytics::flink {

/// Not thread-safe: the cluster's event loop. Must outlive the loop's work; call stop() before it ends.
class LiveJob {
 public:
  struct Status {
    std::string state = "off";  ///< off, waiting, starting, live
    std::string detail;         ///< why it waits
    std::string job_id;
  };

  /// All must outlive this.
  LiveJob(boost::asio::any_io_executor loop, cluster::Cluster& cluster, cluster::DatabaseConfig database, const SqlGateway& gateway,
          const JobManager& jobs, std::string job_name);

  void start();
  /// The job goes on; another service, or this one after its start, takes it over.
  void stop();

  const Status& status() const { return status_; }

 private:
  Awaitable<void> look_after();
  Awaitable<base::Result<void>> turn();
  Awaitable<base::Result<void>> tend(LiveJobRow row, JobState job);
  Awaitable<base::Result<bool>> counts_wrongly(std::int64_t generation);
  Awaitable<base::Result<void>> begin(LiveJobRow row);
  Awaitable<base::Result<void>> resume(LiveJobRow row);
  Awaitable<base::Result<void>> end(std::string job_id);
  Awaitable<base::Result<std::string>> submit(LiveJobRow row, std::string checkpoint);
  Awaitable<base::Result<std::string>> submit_in(std::string session, LiveJobRow row);
  void show(std::string state, std::string detail, std::string job_id);
  std::string primary_name() const;

  boost::asio::any_io_executor loop_;
  cluster::Cluster& cluster_;
  LiveJobTable table_;
  Jdbc jdbc_;
  const SqlGateway& gateway_;
  const JobManager& jobs_;
  std::string job_name_;
  boost::asio::steady_timer pause_;
  Status status_;
  int resumes_ = 0;              ///< in a row, without the counts having gone on
  std::int64_t seen_pulse_ = 0;  ///< the latest that came through
  base::Deadline seen_at_{};     ///< when that changed; also when something else was amiss than the job
  base::Deadline next_tidying_{};
  base::Deadline next_comparison_{};
  std::map<std::string, int> differences_;  ///< as of the comparison before, and how often each was there in a row
  bool stopped_ = false;
};

/// What is to be done about the job: pure.
enum class Step {
  tend,    ///< it runs
  resume,  ///< it has ended: go on from its checkpoint
  begin,   ///< there is none, or none that could go on: end what is left, begin with a snapshot
};

/// `stalled`: nothing has come through for too long. `resumes`: how often it has been resumed since something came through.
Step next_step(const LiveJobRow& row, const JobState& job, bool stalled, int resumes);

}  // namespace analytics::flink
