// The summary by SQL: one consistent read of the counts. What answers when Flink does not.
#pragma once

#include "analytics/engine.hpp"

namespace analytics {

class SqlEngine final : public Engine {
 public:
  /// `source` must outlive this.
  SqlEngine(CountsSource& source, std::string job_name) : source_(source), job_name_(std::move(job_name)) {}

  Awaitable<base::Result<Summary>> summarize(Request request, ProgressSink sink, base::Deadline deadline) override;
  Awaitable<base::Result<void>> check(base::Deadline deadline) override;

 private:
  CountsSource& source_;
  std::string job_name_;
};

}  // namespace analytics
