// The exact counts beside the records (migrations/0002_counters.sql): folding what writes have appended, and the operator's check and
// rebuild. Started by main.cpp; one service folds at a time, whichever comes first.
#pragma once

#include "cluster/cluster.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace records::postgres {

using pg::Awaitable;

/// A count that is not what the records say.
struct Deviation {
  std::string owner, status;  ///< empty: all
  std::int64_t counted = 0;   ///< by the counters
  std::int64_t there = 0;     ///< in the table
};

/// Not thread-safe: the cluster's event loop.
class Counters {
 public:
  explicit Counters(cluster::Cluster& cluster) : cluster_(cluster) {}

  /// Folds for ever. Failures are told to the log and tried again.
  Awaitable<void> keep_folded();

  /// At most `fold_at_once` appended rows; how many there were. 0 also while another service folds.
  Awaitable<base::Result<std::int64_t>> fold(base::Deadline deadline);
  /// Compares all counts with the records, in one snapshot on the primary. Reads the whole table. At most 100 deviations are told.
  Awaitable<base::Result<std::vector<Deviation>>> check(base::Deadline deadline);
  /// Counts anew; writes wait meanwhile.
  Awaitable<base::Result<void>> rebuild(base::Deadline deadline);

 private:
  Awaitable<base::Result<void>> tidy(const pg::Statement& statement, base::Deadline deadline);

  cluster::Cluster& cluster_;
};

}  // namespace records::postgres
