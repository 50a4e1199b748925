#include "analytics/sql_engine.hpp"

namespace analytics {

Awaitable<base::Result<Summary>> SqlEngine::summarize(Request request, ProgressSink sink, base::Deadline deadline) {
  const auto began = base::SteadyClock::now();
  Progress reading{.stage = "reading"};
  if (!co_await sink(std::move(reading))) co_return base::cancelled();
  base::Result<Counts> counts = co_await source_.read(request.owner_limit, deadline);
  if (counts.has_error()) co_return counts.error();
  Progress finishing{.stage = "finishing", .records_read = counts->total, .percent = 100};
  if (!co_await sink(std::move(finishing))) co_return base::cancelled();
  Summary summary{.engine = "sql_fallback", .job_name = job_name_, .counts = std::move(*counts), .generated_at = base::now()};
  summary.duration = std::chrono::ceil<std::chrono::milliseconds>(base::SteadyClock::now() - began);
  co_return summary;
}

Awaitable<base::Result<void>> SqlEngine::check(base::Deadline deadline) {
  const base::Result<std::uint64_t> mark = co_await source_.mark(deadline);
  if (mark.has_error()) co_return mark.error();
  co_return base::Result<void>();
}

}  // namespace analytics
