// The RecordStore on SQLite: unit tests, and the embedded mode without a cluster. Called by the records service's composition root.
#pragma once

#include "records/record_store.hpp"

#include <functional>
#include <memory>
#include <string>

namespace records::sqlite {

struct Options {
  std::string path;  ///< a file, or ":memory:"
  std::function<base::Micros()> now = base::now;
};

/// Opens or creates the database and brings its schema up to date. UNAVAILABLE where the file cannot be used or is of a newer program.
/// The store must outlive the calls, imports and exports made through it.
base::Result<std::unique_ptr<RecordStore>> open_sqlite(Options options);

/// Only brings the schema up to date; answers how many migrations were applied. Safe to run twice and side by side.
base::Result<int> migrate_sqlite(const std::string& path);

/// What `Answer::served_by` says: there are no nodes.
inline constexpr const char* node_name = "sqlite";

}  // namespace records::sqlite
