#include "records/sqlite/sql.hpp"

namespace records::sqlite::sql {
namespace {

const std::string columns = "id, title, owner, status, description, created_at, updated_at, version";

std::string where(const Filter& filter, const std::string& keyset = {}) {
  std::string text;
  const auto add = [&text](const std::string& condition) { text += (text.empty() ? " WHERE " : " AND ") + condition; };
  if (filter.status) add("status = :status");
  if (filter.owner) add("owner = :owner");
  if (filter.q) add("(contains_folded(title, :q) OR contains_folded(description, :q))");
  if (!keyset.empty()) add(keyset);
  return text;
}

const char* column(SortKey key) {
  switch (key) {
    case SortKey::created_at:
      return "created_at";
    case SortKey::updated_at:
      return "updated_at";
    case SortKey::title:
      return "title";
    case SortKey::id:
      break;
  }
  return "id";
}

}  // namespace

// Times are microseconds since 1970 UTC. Text compares by bytes (BINARY), which for UTF-8 is code point order.
const std::array<Migration, 2> migrations{{
    {1, "records", R"sql(
CREATE TABLE records (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
  owner TEXT NOT NULL CHECK (length(owner) BETWEEN 1 AND 100),
  status TEXT NOT NULL CHECK (status IN ('pending', 'active', 'done', 'archived')),
  description TEXT NOT NULL CHECK (length(description) <= 10000),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1)
) STRICT;
CREATE INDEX records_by_status ON records (status, id);
CREATE INDEX records_by_owner ON records (owner, id);
CREATE INDEX records_by_created_at ON records (created_at, id);
CREATE INDEX records_by_updated_at ON records (updated_at, id);
CREATE INDEX records_by_title ON records (title, id);
)sql"},
    {2, "idempotency keys", R"sql(
CREATE TABLE idempotency_keys (
  key TEXT PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  answered_at INTEGER NOT NULL,
  id INTEGER NOT NULL,
  title TEXT NOT NULL,
  owner TEXT NOT NULL,
  status TEXT NOT NULL,
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (answered_at);
)sql"},
}};

const char* const create_migrations_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";
const char* const newest_migration = "SELECT coalesce(max(version), 0) FROM schema_migrations";
const char* const note_migration = "INSERT INTO schema_migrations (version, name, applied_at) VALUES (:version, :name, :now)";

const std::string get_by_ids = "SELECT " + columns + " FROM records WHERE id IN (SELECT value FROM json_each(:ids))";
const std::string get_by_id = "SELECT " + columns + " FROM records WHERE id = :id";
const std::string insert_record =
    "INSERT INTO records (title, owner, status, description, created_at, updated_at, version) "
    "VALUES (:title, :owner, :status, :description, :now, :now, 1)";
// The clock may step back; a record's time of change may not.
const std::string update_record =
    "UPDATE records SET title = coalesce(:title, title), owner = coalesce(:owner, owner), status = coalesce(:status, status), "
    "description = coalesce(:description, description), updated_at = max(:now, updated_at), version = version + 1 "
    "WHERE id = :id RETURNING " +
    columns;
const std::string delete_record = "DELETE FROM records WHERE id = :id";

const std::string find_key = "SELECT fingerprint, " + columns + " FROM idempotency_keys WHERE key = :key AND answered_at >= :before";
const std::string remember_key =
    "INSERT OR REPLACE INTO idempotency_keys (key, fingerprint, answered_at, " + columns +
    ") VALUES (:key, :fingerprint, :now, :id, :title, :owner, :status, :description, :created_at, :updated_at, :version)";
const std::string forget_old_keys =
    "DELETE FROM idempotency_keys WHERE rowid IN "
    "(SELECT rowid FROM idempotency_keys WHERE answered_at < :before ORDER BY answered_at LIMIT :limit)";

const char* const create_spool =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; "
    "CREATE TABLE spool (title TEXT, owner TEXT, status TEXT, description TEXT)";
const std::string add_to_spool = "INSERT INTO spool VALUES (:title, :owner, :status, :description)";
const std::string read_spool = "SELECT title, owner, status, description FROM spool ORDER BY rowid";

const std::string take_snapshot = "SELECT 1 FROM records LIMIT 1";

std::string page(const Filter& filter, Sort sort, bool after) {
  const std::string key = column(sort.key);
  const bool by_id = sort.key == SortKey::id;
  const std::string beyond = sort.descending ? " < " : " > ";
  const std::string direction = sort.descending ? " DESC" : " ASC";
  std::string keyset;
  if (after) keyset = by_id ? "id" + beyond + ":after_id" : "(" + key + ", id)" + beyond + "(:after_value, :after_id)";
  return "SELECT " + columns + " FROM records" + where(filter, keyset) + " ORDER BY " + (by_id ? "" : key + direction + ", ") + "id" +
         direction + " LIMIT :limit OFFSET :skip";
}

std::string count(const Filter& filter) { return "SELECT count(*) FROM records" + where(filter); }

}  // namespace records::sqlite::sql
