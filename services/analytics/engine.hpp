// The seam: what computes a summary. SQL today; Flink goes in beside it. Used through Fallback, which chooses.
#pragma once

#include "analytics/counts_source.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace analytics {

struct Request {
  int owner_limit = limits::default_owners;
};

/// How far an engine is.
struct Progress {
  std::string stage;  ///< "connecting", "reading", "finishing"
  std::int64_t records_read = 0;
  std::optional<double> percent;
  std::string job_id;
};

/// Passes progress on. False when the caller has gone: the engine ends its work, its job too, and answers CANCELLED. An engine that works
/// long calls it at least once a second.
using ProgressSink = std::function<Awaitable<bool>(Progress)>;

struct Summary {
  std::string engine;  ///< "flink" or "sql_fallback"
  std::string job_name;
  std::string job_id;
  int parallelism = 1;
  Counts counts;
  base::Micros generated_at{};
  std::chrono::milliseconds duration{};
  std::string fallback_reason;
  std::string job_url;
};

/// Called on the service's event loop; the awaitables complete on it.
class Engine {
 public:
  virtual ~Engine() = default;

  /// UNAVAILABLE with a message for people where the engine cannot; DEADLINE_EXCEEDED; CANCELLED.
  virtual Awaitable<base::Result<Summary>> summarize(Request request, ProgressSink sink, base::Deadline deadline) = 0;

  /// Whether it could work now: UNAVAILABLE with the reason where not. Short.
  virtual Awaitable<base::Result<void>> check(base::Deadline deadline) = 0;
};

}  // namespace analytics
