// The settings of records-service. Read by main only.
#pragma once

#include "base/config.hpp"
#include "base/log.hpp"
#include "cluster/database_config.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace records {

enum class Command { serve, migrate, demo, check_counts, rebuild_counts, probe };

struct Config {
  Command command = Command::serve;
  base::Endpoint listen;
  cluster::DatabaseConfig database;
  base::log::Level log_level = base::log::Level::info;
  std::chrono::milliseconds drain{10'000};
  std::chrono::hours idempotency_ttl{24};
  std::int64_t demo_records = 0;
};

/// Flags over environment over `.env`. Nothing when --help or --version has been answered. Throws base::ConfigError.
std::optional<Config> read_config(int argc, char** argv);

}  // namespace records
