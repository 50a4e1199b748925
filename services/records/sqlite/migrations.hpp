// Brings a SQLite file to the newest schema. Called by open_sqlite and by `records-service migrate`.
#pragma once

#include "lite/database.hpp"

namespace records::sqlite {

/// Applies what is missing in one transaction and answers the number of migrations applied. Safe to run again and side by side with another
/// process: the second waits and finds nothing to do. Throws Failure; a schema newer than this program is one.
int migrate(lite::Database& database);

}  // namespace records::sqlite
