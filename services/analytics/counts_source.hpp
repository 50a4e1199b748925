// Where counts come from: a standby of the cluster (postgres_counts) or a SQLite file (sqlite_counts). Used by SqlEngine and LiveCounts.
#pragma once

#include "analytics/counts.hpp"
#include "base/error.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>

namespace analytics {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// Called on the service's event loop; the awaitables complete on it. Must outlive what it is asked for.
class CountsSource {
 public:
  virtual ~CountsSource() = default;

  /// Both distributions of one consistent state, with the `owner_limit` owners that have most records. UNAVAILABLE, DEADLINE_EXCEEDED.
  virtual Awaitable<base::Result<Counts>> read(int owner_limit, base::Deadline deadline) = 0;

  /// A number that differs once the data may have changed; much cheaper than read. A read that begins after it shows at least that state.
  virtual Awaitable<base::Result<std::uint64_t>> mark(base::Deadline deadline) = 0;
};

}  // namespace analytics
