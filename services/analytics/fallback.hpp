// Which engine answers: the one asked for, or with AUTO Flink where it can and SQL, with the reason, where it cannot. Used by the service.
#pragma once

#include "analytics/engine.hpp"
#include "analytics/run_log.hpp"

namespace analytics {

enum class Choice { automatic, flink, sql };

class Fallback {
 public:
  /// All must outlive this; runs by SQL are noted in `log`, which may be null.
  Fallback(Engine& flink, Engine& sql, RunLog* log = nullptr) : flink_(flink), sql_(sql), log_(log) {}

  /// With AUTO Flink gets two thirds of the time that is left, so that SQL can still answer within the caller's deadline.
  Awaitable<base::Result<Summary>> summarize(Choice choice, Request request, ProgressSink sink, base::Deadline deadline);

 private:
  Engine& flink_;
  Engine& sql_;
  RunLog* log_;
};

}  // namespace analytics
