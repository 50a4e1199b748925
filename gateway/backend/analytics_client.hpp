// The analytics service as one loop sees it. A stream that breaks is opened anew where the service is there or comes back soon, so that a
// restart costs its callers a pause: both calls only read. Made by main.cpp, one a loop; used by the analytics routes and the console.
#pragma once

#include "backend/call.hpp"
#include "loop/loop.hpp"

#include <memory>

namespace grpc {
class Channel;
}
namespace analytics::v1 {
class ListRunsResponse;
class SummarizeRequest;
class SummarizeResponse;
class WatchCountsRequest;
class WatchCountsResponse;
}  // namespace analytics::v1

namespace backend {

class AnalyticsClient {
 public:
  AnalyticsClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel, const ServiceWatch& service);
  ~AnalyticsClient();

  /// Progress messages, then one summary; progress begins again where the service has ended meanwhile.
  IncomingPtr<analytics::v1::SummarizeResponse> summarize(const analytics::v1::SummarizeRequest& request, const CallOptions& options);
  /// The counts now and at every change, without an end.
  IncomingPtr<analytics::v1::WatchCountsResponse> watch(const analytics::v1::WatchCountsRequest& request, const CallOptions& options);

  /// Past runs, the newest first; `limit` 0: as many as the service finds usual.
  Reply<analytics::v1::ListRunsResponse> runs(int limit, const CallOptions& options);

 private:
  struct Stub;
  loop::Loop& loop_;
  const ServiceWatch& service_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace backend
