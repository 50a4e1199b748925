// How Flink reaches the database: the service's own nodes and login in JDBC's terms. Made by main; used by SummaryJob and LiveJob.
#pragma once

#include "cluster/database_config.hpp"

#include <string>

namespace analytics::flink {

struct JdbcLogin {
  std::string url;
  std::string host, port, user, password, database;
};

class Jdbc {
 public:
  /// Copies what it needs; looks for a password where libpq does, PGPASSWORD and the passfile too. The database must be a cluster.
  explicit Jdbc(const cluster::DatabaseConfig& database);

  /// One node by its name (host:port).
  JdbcLogin node(const std::string& name) const;
  /// All nodes; the driver looks for the primary among them.
  JdbcLogin primary() const;

 private:
  std::vector<cluster::NodeAddress> nodes_;
};

}  // namespace analytics::flink
