// Counts from a standby of the cluster, else its primary. Made by main.
#pragma once

#include "analytics/counts_source.hpp"
#include "cluster/cluster.hpp"

namespace analytics {

/// The state that a node shows to who asked it at `asked`: as far behind as it was when it was last checked.
base::Micros shown_by(const cluster::Snapshot& snapshot, const std::string& node, base::Micros asked);

/// One event loop: the cluster's.
class PostgresCounts final : public CountsSource {
 public:
  explicit PostgresCounts(cluster::Cluster& cluster) : cluster_(cluster) {}

  Awaitable<base::Result<Counts>> read(int owner_limit, base::Deadline deadline) override;
  /// From the cluster's own checks, so without a database call.
  Awaitable<base::Result<std::uint64_t>> mark(base::Deadline deadline) override;

 private:
  cluster::Cluster& cluster_;
};

}  // namespace analytics
