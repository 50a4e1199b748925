// /metrics: what the loops count, and what the records service knows of the database nodes, as Prometheus text. Called through the table in
// routes.cpp. Source: the Prometheus text exposition format 0.0.4.
#pragma once

#include "backend/cluster_client.hpp"
#include "http/router.hpp"
#include "loop/counters.hpp"

#include <string>
#include <vector>

namespace routes {

/// How the requests of one row of the table are named in metrics.
struct RouteLabel {
  std::string method, pattern;
};

class Metrics {
 public:
  /// `counters`: of every loop; read here by any thread.
  Metrics(backend::ClusterClient& client, const std::vector<loop::Counters*>& counters) : client_(client), counters_(counters) {}

  /// The labels of the table's rows, in order; before the first request.
  void name_routes(std::vector<RouteLabel> labels) { labels_ = std::move(labels); }

  boost::asio::awaitable<http::Response> all(http::Request& request);

 private:
  backend::ClusterClient& client_;
  const std::vector<loop::Counters*>& counters_;
  std::vector<RouteLabel> labels_;
};

}  // namespace routes
