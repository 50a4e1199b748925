// Records to parameters and rows to records. Used by store.cpp, idempotency.cpp, import.cpp, export.cpp.
#pragma once

#include "records/record.hpp"
#include "records/sqlite/database.hpp"

namespace records::sqlite {

/// The row's eight columns from `first` on: id, title, owner, status, description, created_at, updated_at, version.
Record read_record(const Statement& row, int first = 0);

void bind_fields(Statement& statement, const NewRecord& record);
void bind_record(Statement& statement, const Record& record);
void bind_filter(Statement& statement, const Filter& filter);
void bind_keyset(Statement& statement, const Keyset& after, SortKey key);

inline std::int64_t micros(base::Micros moment) { return moment.time_since_epoch().count(); }

}  // namespace records::sqlite
