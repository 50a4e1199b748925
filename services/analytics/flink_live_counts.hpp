// Live counts from what Flink's streaming job keeps in the database, and from the SQL counters while it is not there, starts or lags. Made
// by main; used by LiveCounts.
#pragma once

#include "analytics/postgres_counts.hpp"

namespace analytics {

/// One event loop: the cluster's.
class FlinkLiveCounts final : public CountsSource {
 public:
  /// Counts that are older are not served.
  static constexpr std::chrono::milliseconds most_lag{5000};

  /// Both must outlive this.
  FlinkLiveCounts(cluster::Cluster& cluster, CountsSource& sql) : cluster_(cluster), sql_(sql) {}

  Awaitable<base::Result<Counts>> read(int owner_limit, base::Deadline deadline) override;
  Awaitable<base::Result<std::uint64_t>> mark(base::Deadline deadline) override { return sql_.mark(deadline); }

  /// Only what the streaming job has counted, whatever its lag. UNAVAILABLE while it is not complete.
  Awaitable<base::Result<Counts>> read_flink(int owner_limit, base::Deadline deadline);

 private:
  cluster::Cluster& cluster_;
  CountsSource& sql_;
};

}  // namespace analytics
