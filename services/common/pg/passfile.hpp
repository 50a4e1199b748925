// The password that libpq would take for a connection, for programs that are told it by us and have no libpq (Flink). Used at start.
#pragma once

#include "pg/connection.hpp"

#include <istream>
#include <string>

namespace pg {

/// Of the connection's own `password`, PGPASSWORD, and the first line that fits in `passfile`, PGPASSFILE or ~/.pgpass; empty where none
/// says. Reads the file. https://www.postgresql.org/docs/15/libpq-pgpass.html
std::string password_of(const ConnInfo& info);

/// The password of the first line of such a file that fits; empty where none does.
std::string password_in(std::istream& passfile, const ConnInfo& info);

}  // namespace pg
