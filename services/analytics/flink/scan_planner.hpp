// Chooses the node that a batch summary reads, and asks it for the range of ids. Made by main; used by SummaryJob.
#pragma once

#include "analytics/flink/summary_job.hpp"
#include "cluster/cluster.hpp"

namespace analytics::flink {

/// A standby where there is one. `cluster` must outlive the planner.
Planner scan_planner(cluster::Cluster& cluster, Jdbc jdbc);

}  // namespace analytics::flink
