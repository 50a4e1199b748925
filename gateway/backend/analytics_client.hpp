// The analytics service as one loop sees it. Made by main.cpp, one a loop; called by routes/analytics and routes/console on that loop only.
#pragma once

#include "backend/call.hpp"
#include "loop/loop.hpp"

#include <memory>

namespace grpc {
class Channel;
}
namespace analytics::v1 {
class SummarizeRequest;
class SummarizeResponse;
class WatchCountsRequest;
class WatchCountsResponse;
}  // namespace analytics::v1

namespace backend {

class AnalyticsClient {
 public:
  AnalyticsClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel);
  ~AnalyticsClient();

  /// Progress messages, then one summary.
  IncomingPtr<analytics::v1::SummarizeResponse> summarize(const analytics::v1::SummarizeRequest& request, const CallOptions& options);
  /// The counts now and at every change, without an end.
  IncomingPtr<analytics::v1::WatchCountsResponse> watch(const analytics::v1::WatchCountsRequest& request, const CallOptions& options);

 private:
  struct Stub;
  loop::Loop& loop_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace backend
