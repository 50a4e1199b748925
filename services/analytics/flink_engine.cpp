#include "analytics/flink_engine.hpp"

#include "analytics/flink/gateway_probe.hpp"

#include <algorithm>

namespace analytics {
namespace {

/// How long a gateway may take to say who it is.
constexpr auto probe_timeout = std::chrono::seconds(1);

}  // namespace

Awaitable<base::Result<Summary>> FlinkEngine::summarize(Request, ProgressSink sink, base::Deadline deadline) {
  if (configured()) {
    Progress connecting{.stage = "connecting"};
    if (!co_await sink(std::move(connecting))) co_return base::cancelled();
  }
  const base::Result<void> ready = co_await check(deadline);
  if (ready.has_error()) co_return ready.error();
  co_return base::unavailable("Flink answers at " + settings_.sql_gateway_url + ", but this version has no Flink jobs");
}

Awaitable<base::Result<void>> FlinkEngine::check(base::Deadline deadline) {
  if (!configured()) co_return base::unavailable("Flink is not configured (FLINK_SQL_GATEWAY_URL is empty)");
  const base::Deadline until = std::min(deadline, base::SteadyClock::now() + probe_timeout);
  const base::Result<std::string> version = co_await flink::gateway_version(settings_.sql_gateway_url, until);
  if (version.has_error()) co_return version.error();
  co_return base::Result<void>();
}

}  // namespace analytics
