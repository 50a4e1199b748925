// One batch summary on Flink: submits the query, follows the job, reads its pages. Used by FlinkEngine, which shares runs among callers.
#pragma once

#include "analytics/engine.hpp"
#include "analytics/flink/jdbc.hpp"
#include "analytics/flink/job_manager.hpp"
#include "analytics/flink/sql_gateway.hpp"

#include <functional>
#include <optional>

namespace analytics::flink {

/// What a run reads.
struct Scan {
  JdbcLogin login;  ///< the node that is read
  std::int64_t first_id = 0, last_id = 0;
  std::int64_t expected = 0;  ///< about how many records there are
  base::Micros as_of{};       ///< the node showed at least the state of this moment when it was asked
};

/// Finds out. Errors are the database's.
using Planner = std::function<Awaitable<base::Result<Scan>>(base::Deadline)>;

namespace reason {
inline constexpr std::string_view database = "DATABASE";  ///< not Flink's fault
}

/// How a run speaks with who wants its result.
struct Caller {
  std::function<void(Progress)> tell;
  std::function<bool()> wanted;  ///< false: nobody waits any more, the job is to be cancelled
};

/// Not thread-safe: one event loop. Runs may overlap (one that is being cancelled and the next).
class SummaryJob {
 public:
  struct Settings {
    std::string job_name;
    int parallelism = 2;
  };

  /// All must outlive this; `jobs` may be null: then there is no progress, and only the gateway ends a job.
  SummaryJob(const SqlGateway& gateway, const JobManager* jobs, Planner planner, Settings settings)
      : gateway_(gateway), jobs_(jobs), planner_(std::move(planner)), settings_(std::move(settings)) {}

  /// At most limits::owners owners. UNAVAILABLE with a line for people, DEADLINE_EXCEEDED, CANCELLED; whatever happens, no job is left
  /// behind.
  Awaitable<base::Result<Summary>> run(Caller caller, base::Deadline deadline);

 private:
  struct Run;
  Awaitable<base::Result<std::string>> session(Scan scan, base::Deadline deadline);
  Awaitable<base::Result<void>> submit(Run& run);
  Awaitable<base::Result<void>> read(Run& run);
  Awaitable<base::Result<void>> follow(Run& run);
  Awaitable<void> clear_away(std::string page, std::string job_id) const;

  const SqlGateway& gateway_;
  const JobManager* jobs_;
  Planner planner_;
  Settings settings_;
  std::string session_;  ///< empty: none is open
};

}  // namespace analytics::flink
