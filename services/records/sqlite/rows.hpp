// Records to parameters and rows to records. Used by store.cpp, idempotency.cpp, import.cpp, export.cpp.
#pragma once

#include "lite/database.hpp"
#include "records/record.hpp"

namespace records::sqlite {

/// The row's eight columns from `first` on: id, title, owner, status, description, created_at, updated_at, version.
Record read_record(const lite::Statement& row, int first = 0);

void bind_fields(lite::Statement& statement, const NewRecord& record);
void bind_record(lite::Statement& statement, const Record& record);
void bind_filter(lite::Statement& statement, const Filter& filter);
void bind_keyset(lite::Statement& statement, const Keyset& after, SortKey key);

inline std::int64_t micros(base::Micros moment) { return moment.time_since_epoch().count(); }

}  // namespace records::sqlite
