// The services as one loop's routes see them. Made by main.cpp, one a loop.
#pragma once

#include "backend/analytics_client.hpp"
#include "backend/cluster_client.hpp"
#include "backend/exchange_client.hpp"
#include "backend/records_client.hpp"

#include <chrono>

namespace routes {

struct Clients {
  backend::RecordsClient& records;
  backend::ExchangeClient& exchange;
  backend::AnalyticsClient& analytics;
  backend::ClusterClient& cluster;
  std::chrono::milliseconds summary_patience;  ///< how long a summary may take
};

}  // namespace routes
