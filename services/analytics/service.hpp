// AnalyticsService: proto to domain and back, nothing else. Registered by main.
#pragma once

#include "analytics/fallback.hpp"
#include "analytics/flink/live_job.hpp"
#include "analytics/flink_engine.hpp"
#include "analytics/live_counts.hpp"

#include <analytics/v1/analytics.grpc.pb.h>

namespace analytics {

class Service final : public v1::AnalyticsService::CallbackService {
 public:
  /// All must outlive this. `job` is null where no streaming job is wanted.
  Service(boost::asio::any_io_executor loop, Fallback& engines, FlinkEngine& flink, LiveCounts& live, RunLog& log,
          const flink::LiveJob* job = nullptr);

  grpc::ServerWriteReactor<v1::SummarizeResponse>* Summarize(grpc::CallbackServerContext* context,
                                                             const v1::SummarizeRequest* request) override;
  grpc::ServerWriteReactor<v1::WatchCountsResponse>* WatchCounts(grpc::CallbackServerContext* context,
                                                                 const v1::WatchCountsRequest* request) override;
  grpc::ServerUnaryReactor* GetEngineStatus(grpc::CallbackServerContext* context, const v1::GetEngineStatusRequest* request,
                                            v1::GetEngineStatusResponse* response) override;
  grpc::ServerUnaryReactor* ListRuns(grpc::CallbackServerContext* context, const v1::ListRunsRequest* request,
                                     v1::ListRunsResponse* response) override;

 private:
  boost::asio::any_io_executor loop_;
  Fallback& engines_;
  FlinkEngine& flink_;
  LiveCounts& live_;
  RunLog& log_;
  const flink::LiveJob* job_;
};

}  // namespace analytics
