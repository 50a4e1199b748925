#include "backend/analytics_client.hpp"

#include "backend/grpc_calls.hpp"

#include <analytics/v1/analytics.grpc.pb.h>

#include <functional>

namespace backend {

namespace v1 = analytics::v1;

namespace {

/// In a row, without a message between.
constexpr int most_repeats = 3;

/// A stream of answers that is opened anew when it breaks.
template <class Message>
class Repeated final : public Incoming<Message> {
 public:
  using Open = std::function<IncomingPtr<Message>()>;

  Repeated(Open open, const CallOptions& options) : open_(std::move(open)), options_(options), stream_(open_()) {}

  Reply<const Message*> next(base::Deadline by) override {
    for (int repeats = 0;; ++repeats) {
      auto message = co_await stream_->next(by);
      const bool broken = message.has_error() && message.error().code == base::Code::unavailable;
      if (!broken || !options_.waits_for || repeats == most_repeats) co_return message;
      if (options_.cancellation && options_.cancellation->cancelled()) co_return message;
      stream_ = open_();
    }
  }

 private:
  const Open open_;
  const CallOptions options_;
  IncomingPtr<Message> stream_;
};

template <class Message>
IncomingPtr<Message> repeated(typename Repeated<Message>::Open open, const CallOptions& options) {
  return std::make_unique<Repeated<Message>>(std::move(open), options);
}

}  // namespace

struct AnalyticsClient::Stub {
  std::unique_ptr<v1::AnalyticsService::Stub> calls;
};

AnalyticsClient::AnalyticsClient(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel, const ServiceWatch& service)
    : loop_(loop), service_(service), stub_(new Stub{v1::AnalyticsService::NewStub(std::move(channel))}) {}

AnalyticsClient::~AnalyticsClient() = default;

IncomingPtr<v1::SummarizeResponse> AnalyticsClient::summarize(const v1::SummarizeRequest& request, const CallOptions& options) {
  const CallOptions patient = options.waiting_for(service_);
  auto open = [this, request, patient] {
    return read_stream<v1::SummarizeResponse>(loop_, patient, {}, [&](grpc::ClientContext* context, auto* reactor) {
      stub_->calls->async()->Summarize(context, &request, reactor);
    });
  };
  return repeated<v1::SummarizeResponse>(open, patient);
}

IncomingPtr<v1::WatchCountsResponse> AnalyticsClient::watch(const v1::WatchCountsRequest& request, const CallOptions& options) {
  const CallOptions patient = options.waiting_for(service_);
  auto open = [this, request, patient] {
    return read_stream<v1::WatchCountsResponse>(loop_, patient, {}, [&](grpc::ClientContext* context, auto* reactor) {
      stub_->calls->async()->WatchCounts(context, &request, reactor);
    });
  };
  return repeated<v1::WatchCountsResponse>(open, patient);
}

}  // namespace backend
