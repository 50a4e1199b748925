// Where the database is: DATABASE_URL, or GAUSS_*, read once at start. Part of each service's configuration.
#pragma once

#include "pg/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace cluster {

enum class Dialect { automatic, postgresql, opengauss };

/// One node as configured.
struct NodeAddress {
  std::string name;  ///< host:port
  pg::ConnInfo info;
  bool shared = false;  ///< a virtual or proxied address perhaps: two connections to it may reach two servers
};

/// The settings as given, before they are checked. `bind` fills them from flags and environment.
struct DatabaseSettings {
  std::string url;
  std::string gauss_host;
  std::string gauss_port = "5432";
  std::string gauss_user;
  std::string gauss_db = "records";
  std::string gauss_read_dsn;
  std::string dialect = "auto";
  int pool_size = 16;
  int pool_waiting = 4096;
  int probe_period_ms = 500;
  int probe_timeout_ms = 1000;

  void bind(CLI::App& app);
};

/// The settings, checked.
struct DatabaseConfig {
  std::optional<std::string> sqlite_path;  ///< set: SQLite, and there are no nodes
  std::vector<NodeAddress> nodes;
  Dialect dialect = Dialect::automatic;
  int pool_size = 16;
  int pool_waiting = 4096;
  std::chrono::milliseconds probe_period{500};
  std::chrono::milliseconds probe_timeout{1000};

  /// For the log: no secrets.
  std::string summary() const;
};

/// Throws base::ConfigError with one line that names the bad setting. Reads GAUSS_PASSWORD(_FILE).
DatabaseConfig check(const DatabaseSettings& settings);

}  // namespace cluster
