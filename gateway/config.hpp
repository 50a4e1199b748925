// The settings of the gateway. Read by main only.
#pragma once

#include "backend/records_client.hpp"
#include "base/config.hpp"
#include "base/log.hpp"
#include "http/limits.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace gateway {

struct Config {
  bool probe = false;  ///< only ask the one that listens there
  base::Endpoint listen;
  std::string records_service;
  std::string analytics_service;
  std::string frontend;  ///< folder of the single-page frontend; empty: none
  std::string cors_origins;
  http::Limits limits;
  int threads = 1;
  backend::RecordsClient::Settings records_client;  ///< a thread
  std::chrono::milliseconds service_patience{30'000};
  std::chrono::milliseconds summary_patience{120'000};
  std::chrono::milliseconds drain{10'000};
  bool access_log = false;
  base::log::Level log_level = base::log::Level::info;
};

/// Flags over environment over `.env`. Nothing when --help or --version has been answered. Throws base::ConfigError.
std::optional<Config> read_config(int argc, char** argv);

}  // namespace gateway
