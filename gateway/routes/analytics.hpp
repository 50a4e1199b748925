// /records/analytics/flink, live and runs: figures as JSON or as server-sent events. Called through the table in routes.cpp.
#pragma once

#include "backend/analytics_client.hpp"
#include "http/router.hpp"

#include <chrono>

namespace routes {

class Analytics {
 public:
  using Answer = boost::asio::awaitable<http::Response>;

  /// `patience`: how long a summary may take.
  Analytics(backend::AnalyticsClient& client, std::chrono::milliseconds patience) : client_(client), patience_(patience) {}

  /// `engine` auto, flink or sql; `owner_limit`. JSON, or events `progress` and `summary` for a client that accepts text/event-stream.
  Answer summary(http::Request& request);
  /// Events `counts`: at once, and whenever they change.
  Answer live(http::Request& request);
  /// Past summaries, the newest first; `limit`.
  Answer runs(http::Request& request);

 private:
  backend::AnalyticsClient& client_;
  std::chrono::milliseconds patience_;
};

}  // namespace routes
