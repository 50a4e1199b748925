#include "analytics/fallback.hpp"

#include "base/log.hpp"

namespace analytics {

Awaitable<base::Result<Summary>> Fallback::summarize(Choice choice, Request request, ProgressSink sink, base::Deadline deadline) {
  if (choice == Choice::sql) {
    base::Result<Summary> asked_for = co_await sql_.summarize(request, std::move(sink), deadline);
    if (asked_for.has_value() && log_) log_->count_sql();
    co_return asked_for;
  }
  if (choice == Choice::flink) {
    base::Result<Summary> only = co_await flink_.summarize(request, std::move(sink), deadline);
    if (only.has_value() || only.error().code != base::Code::unavailable) co_return only;
    base::Error error = only.error();
    error.reason = base::reason::flink_unavailable;
    co_return error;
  }

  const auto began = base::SteadyClock::now();
  const base::Deadline flink_deadline = deadline <= began ? deadline : began + (deadline - began) / 3 * 2;
  base::Result<Summary> by_flink = co_await flink_.summarize(request, sink, flink_deadline);
  if (by_flink.has_value() || by_flink.error().code == base::Code::cancelled) co_return by_flink;
  const base::Error& why = by_flink.error();
  base::log::debug("summary by SQL instead of Flink", {{"reason", why.message}, {"detail", why.detail}});

  base::Result<Summary> by_sql = co_await sql_.summarize(request, std::move(sink), deadline);
  if (by_sql.has_value()) {
    by_sql->fallback_reason = why.message;
    by_sql->duration = std::chrono::ceil<std::chrono::milliseconds>(base::SteadyClock::now() - began);
    if (log_) log_->note(*by_sql);
  }
  co_return by_sql;
}

}  // namespace analytics
