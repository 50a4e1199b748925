// Counts from a standby of the cluster, else its primary. Made by main.
#pragma once

#include "analytics/counts_source.hpp"
#include "cluster/cluster.hpp"

namespace analytics {

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
