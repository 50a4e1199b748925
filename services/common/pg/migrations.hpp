// Versioned schema changes: each applied once, in order, whoever runs them and however many at a time. Called by `records-service migrate`
// and at the service's start.
#pragma once

#include "pg/connection.hpp"

#include <string>
#include <vector>

namespace pg {

struct Migration {
  int version;       ///< from 1, without gaps
  std::string name;  ///< for people
  std::string sql;   ///< statements separated by ';' at the end of a line
};

/// Applies what is missing, each with its row in `schema_migrations` in one transaction, under an advisory lock. Answers how many it
/// applied. FAILED_PRECONDITION when the database is newer than this program.
Awaitable<base::Result<int>> migrate(Connection& connection, std::vector<Migration> migrations, base::Deadline deadline);

/// Whether nothing is missing, as this node has it; a standby will do. False also where there is no schema at all. Errors: as `migrate`.
Awaitable<base::Result<bool>> is_migrated(Connection& connection, std::vector<Migration> migrations, base::Deadline deadline);

/// The statements of a script: text up to a ';' that ends a line, outside $$ quotes. Exposed for its tests.
std::vector<std::string> split_statements(const std::string& script);

}  // namespace pg
