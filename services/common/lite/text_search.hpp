// Letter case ignored in all scripts, as ILIKE does on PostgreSQL in a UTF-8 database: SQLite's own LIKE only folds ASCII.
// Used by database.cpp (adds the SQL function) and the SQLite store (folds the text searched for).
#pragma once

#include <string>
#include <string_view>

struct sqlite3;

namespace lite {

/// Each character in lower case by Unicode's simple mapping; malformed bytes stay.
std::string fold(std::string_view text);

/// Adds `contains_folded(text, folded)`: 1 where fold(text) contains `folded` literally, so that % and _ mean themselves.
void add_text_search(sqlite3* connection);

}  // namespace lite
