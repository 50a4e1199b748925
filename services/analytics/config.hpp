// The settings of analytics-service. Read by main only.
#pragma once

#include "analytics/flink_engine.hpp"
#include "base/config.hpp"
#include "base/log.hpp"
#include "cluster/database_config.hpp"

#include <chrono>
#include <optional>

namespace analytics {

struct Config {
  bool probe = false;  ///< only ask the one that listens there
  base::Endpoint listen;
  cluster::DatabaseConfig database;
  FlinkSettings flink;
  std::chrono::milliseconds live_period{500};
  base::log::Level log_level = base::log::Level::info;
  std::chrono::milliseconds drain{10'000};
};

/// Flags over environment over `.env`. Nothing when --help or --version has been answered. Throws base::ConfigError.
std::optional<Config> read_config(int argc, char** argv);

}  // namespace analytics
