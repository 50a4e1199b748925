// The runs that people look back at: engine, outcome, duration, counts. Kept in the database of a cluster, where all instances write and
// read it, else in memory. Written by FlinkEngine and Fallback, read by the service.
#pragma once

#include "analytics/engine.hpp"
#include "cluster/cluster.hpp"

#include <deque>
#include <vector>

namespace analytics {

struct PastRun {
  base::Micros started_at{};
  std::string engine;   ///< "flink" or "sql_fallback"
  std::string outcome;  ///< "done", "failed" or "cancelled"
  std::string job_id;
  int parallelism = 1;
  std::chrono::milliseconds duration{};
  std::int64_t total = 0;
  std::int64_t owners_total = 0;
  std::string fallback_reason;  ///< of "failed": why
};

/// Not thread-safe: one event loop. Nobody waits for what is noted; where it cannot be written it is lost, with a line in the log.
class RunLog {
 public:
  static constexpr std::size_t most = 200;

  /// `cluster` may be null; it must outlive this.
  RunLog(boost::asio::any_io_executor loop, cluster::Cluster* cluster) : loop_(std::move(loop)), cluster_(cluster) {}

  /// A run that has a result. Of those by SQL, which may be many, at most one a second is kept.
  void note(const Summary& summary);
  /// A run by SQL that was asked for by name, as pages do for their figures: counted, not kept, so that reading writes nothing.
  void count_sql() { ++totals_.sql; }
  /// A run of Flink's that has none.
  void note_end(std::string outcome, base::Micros started_at, std::string job_id, std::string why);

  /// The newest first, at most `limit` (1 to `most`).
  Awaitable<base::Result<std::vector<PastRun>>> newest(int limit, base::Deadline deadline);

  /// Since the start, for metrics.
  struct Totals {
    std::int64_t flink = 0, sql = 0, fallbacks = 0, failed = 0, cancelled = 0;
  };
  const Totals& totals() const { return totals_; }

 private:
  void keep(PastRun run);
  Awaitable<void> write(PastRun run);

  boost::asio::any_io_executor loop_;
  cluster::Cluster* cluster_;
  std::deque<PastRun> kept_;  ///< newest first; without a cluster only
  base::Deadline last_sql_{};
  Totals totals_;
};

}  // namespace analytics
