// The streaming job as the database knows it: who looks after it, which job it is, what comes through. All SQL of LiveJob stands here.
#pragma once

#include "analytics/counts_source.hpp"
#include "cluster/cluster.hpp"

#include <optional>
#include <string>
#include <vector>

namespace analytics::flink {

/// The row of flink_job, and what else a look tells.
struct LiveJobRow {
  std::int64_t generation = 0;
  std::string state;  ///< none, starting, live
  std::string job_id;
  std::int32_t timeline = 0;  ///< that its slot was made on
  std::string checkpoint;
  std::int64_t first_pulse = 0;       ///< the latest when the generation began: a later one that came through comes behind the snapshot
  std::int32_t primary_timeline = 0;  ///< of the primary now
  std::int64_t pulse = 0;             ///< the latest that was sent
  std::int64_t seen_pulse = 0;        ///< the latest that came through; 0: none of this generation
};

/// Not thread-safe: the cluster's event loop. Errors are the database's.
class LiveJobTable {
 public:
  LiveJobTable(cluster::Cluster& cluster, cluster::DatabaseConfig database);

  static std::string slot_of(std::int64_t generation) { return "records_flink_" + std::to_string(generation); }
  static constexpr const char* publication = "records_flink";

  /// Takes or keeps the job for this service for ten seconds. Nothing: another service has it.
  Awaitable<base::Result<std::optional<LiveJobRow>>> hold(base::Deadline deadline);
  Awaitable<base::Result<void>> let_go(base::Deadline deadline);
  /// Stores generation, state, job, timeline and checkpoint.
  Awaitable<base::Result<void>> save(LiveJobRow row, base::Deadline deadline);
  /// What the job needs once: the publication, and the whole old row in the log with each change.
  Awaitable<base::Result<void>> prepare(base::Deadline deadline);
  Awaitable<base::Result<void>> send_pulse(base::Deadline deadline);
  /// The owners and statuses, at most a thousand, whose counts by Flink are not those of SQL, though they have not changed for a moment:
  /// each with both counts, as text.
  Awaitable<base::Result<std::vector<std::string>>> differences(std::int64_t generation, base::Deadline deadline);
  /// Forgets the counts of other generations.
  Awaitable<base::Result<void>> forget_others(std::int64_t generation, base::Deadline deadline);
  /// Drops the slots of other generations on every node that answers: a slot that nobody reads keeps the log for ever.
  Awaitable<void> drop_other_slots(std::int64_t generation);

 private:
  Awaitable<base::Result<pg::Rows>> write(const pg::Statement& statement, pg::Params params, base::Deadline deadline);
  Awaitable<base::Result<void>> change(const pg::Statement& statement, pg::Params params, base::Deadline deadline);
  Awaitable<base::Result<void>> drop_slots_at(pg::ConnInfo info, std::string kept);

  cluster::Cluster& cluster_;
  cluster::DatabaseConfig database_;
  std::string holder_;
};

}  // namespace analytics::flink
