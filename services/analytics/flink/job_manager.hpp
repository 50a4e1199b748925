// The JobManager's REST interface (Flink 1.20, docs "REST API"): how the cluster and a job are, cancelling, checkpoints. Used by
// SummaryJob, LiveJob and FlinkEngine.
#pragma once

#include "analytics/flink/rest.hpp"

#include <vector>

namespace analytics::flink {

struct ClusterOverview {
  std::int64_t task_managers = 0;
  std::int64_t slots = 0;
  std::int64_t free_slots = 0;
  std::string version;
};

struct JobState {
  std::string id;
  std::string name;
  std::string state;          ///< RUNNING, RESTARTING, FINISHED, FAILED, CANCELED …; empty: the JobManager does not know the job
  bool deployed = false;      ///< every part has a slot
  bool restarted = false;     ///< by Flink itself, after a failure
  std::string source;         ///< the vertex that reads
  std::string source_metric;  ///< what it counts records by

  bool ended() const { return state == "FINISHED" || state == "FAILED" || state == "CANCELED" || state.empty(); }
};

/// Not thread-safe: one event loop. Every call: UNAVAILABLE with a line for people.
class JobManager {
 public:
  explicit JobManager(std::string url) : rest_(std::move(url)) {}

  Awaitable<base::Result<ClusterOverview>> overview(base::Deadline deadline) const;
  /// All jobs it remembers, without what stands behind `state`.
  Awaitable<base::Result<std::vector<JobState>>> jobs(base::Deadline deadline) const;
  Awaitable<base::Result<JobState>> job(std::string id, base::Deadline deadline) const;
  /// Records that the job's source has read, by its live metrics.
  Awaitable<base::Result<std::int64_t>> records_read(JobState job, base::Deadline deadline) const;
  /// Returns once the JobManager has taken the order; a job that has ended is no error.
  Awaitable<base::Result<void>> cancel(std::string id, base::Deadline deadline) const;
  /// Where the latest complete checkpoint lies; empty: there is none.
  Awaitable<base::Result<std::string>> latest_checkpoint(std::string id, base::Deadline deadline) const;
  /// Why the job failed last; empty: it has not.
  Awaitable<base::Result<std::string>> root_cause(std::string id, base::Deadline deadline) const;

  const std::string& url() const { return rest_.url(); }
  /// Where people can see a job that has ended.
  std::string page_of(const std::string& id) const { return rest_.url() + "/#/job/completed/" + id + "/overview"; }

 private:
  Awaitable<base::Result<boost::json::object>> get(std::string path, base::Deadline deadline) const;

  Rest rest_;
};

}  // namespace analytics::flink
