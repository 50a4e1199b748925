// Flink behind the seam. This version knows whether Flink is configured and whether it answers, and gives the reason why SQL has to; the
// jobs themselves go in here.
#pragma once

#include "analytics/engine.hpp"

namespace analytics {

struct FlinkSettings {
  std::string sql_gateway_url;  ///< empty: no Flink
  std::string rest_url;
  std::string job_name = "records-summary";
  int parallelism = 2;
};

class FlinkEngine final : public Engine {
 public:
  explicit FlinkEngine(FlinkSettings settings) : settings_(std::move(settings)) {}

  /// Always UNAVAILABLE: not configured, not reachable, or reachable without jobs of ours.
  Awaitable<base::Result<Summary>> summarize(Request request, ProgressSink sink, base::Deadline deadline) override;
  Awaitable<base::Result<void>> check(base::Deadline deadline) override;

  bool configured() const { return !settings_.sql_gateway_url.empty(); }
  const std::string& job_name() const { return settings_.job_name; }

 private:
  FlinkSettings settings_;
};

}  // namespace analytics
