// Every SQL text of the SQLite store, named by what it does. Used by migrations.cpp, idempotency.cpp, store.cpp, import.cpp, export.cpp.
// Parameters: :id :title :owner :status :description :now :version, :q (folded), :after_value :after_id :limit :skip, :key :fingerprint.
#pragma once

#include "records/record.hpp"

#include <array>
#include <string>

namespace records::sqlite::sql {

struct Migration {
  int version;
  const char* name;
  const char* text;
};

/// In order, from 1 without a gap. What is released never changes; a further change is a further migration.
extern const std::array<Migration, 2> migrations;

extern const char* const create_migrations_table;
extern const char* const newest_migration;
extern const char* const note_migration;

/// Columns of every query that yields records, in the order that read_record expects.
extern const std::string get_by_ids;  ///< :ids, a JSON array
extern const std::string get_by_id;
extern const std::string insert_record;
extern const std::string update_record;  ///< a NULL keeps the field
extern const std::string delete_record;

extern const std::string find_key;  ///< answered since :before; fingerprint, then the record's columns
extern const std::string remember_key;
extern const std::string forget_old_keys;  ///< :before, :limit

extern const char* const create_spool;
extern const std::string add_to_spool;
extern const std::string read_spool;

extern const std::string take_snapshot;

/// One page: filter, then after the keyset if `after`, in the order of `sort`, :limit and :skip.
std::string page(const Filter& filter, Sort sort, bool after);
std::string count(const Filter& filter);

}  // namespace records::sqlite::sql
