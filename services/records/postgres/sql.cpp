#include "records/postgres/sql.hpp"

namespace records::postgres {
namespace {

#define RECORD_COLUMNS "id, title, owner, status, description, created_at, updated_at, version"

/// Text that contains `q`, with the wildcards of LIKE taken literally.
std::string like_pattern(const std::string& q) {
  std::string pattern = "%";
  for (const char c : q) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

/// A condition list under construction: text and parameters grow together.
struct Where {
  std::string text;
  pg::Params params;

  std::string next(const char* type) { return "$" + std::to_string(params.count() + 1) + "::" + type; }
  void add(const std::string& condition) { text += (text.empty() ? " WHERE " : " AND ") + condition; }
};

Where where(const Filter& filter) {
  Where where;
  if (filter.status) {
    where.add("status = " + where.next("text"));
    where.params.text(name(*filter.status));
  }
  if (filter.owner) {
    where.add("owner = " + where.next("text"));
    where.params.text(std::string_view(*filter.owner));
  }
  if (filter.q) {
    // The title's own collation knows no letter case beyond ASCII; the database's does.
    const std::string pattern = where.next("text");
    where.add("(title COLLATE \"default\" ILIKE " + pattern + " OR description ILIKE " + pattern + ")");
    where.params.text(std::string_view(like_pattern(*filter.q)));
  }
  return where;
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

void add_keyset(Where& where, Sort sort, const Keyset& after) {
  const char* const compare = sort.descending ? " < " : " > ";
  if (sort.key == SortKey::id) {
    where.add(std::string("id") + compare + where.next("bigint"));
    where.params.int8(after.id);
    return;
  }
  const bool by_title = sort.key == SortKey::title;
  const std::string value = where.next(by_title ? "text" : "timestamptz");
  if (by_title) where.params.text(std::string_view(after.value));
  else where.params.timestamptz(base::Micros(std::chrono::microseconds(std::stoll(after.value))));
  where.add(std::string("(") + column(sort.key) + ", id)" + compare + "(" + value + ", " + where.next("bigint") + ")");
  where.params.int8(after.id);
}

}  // namespace

Record read_record(const pg::Rows& rows, int row, int first) {
  Record record;
  record.id = rows.int8(row, first);
  record.title = rows.text(row, first + 1);
  record.owner = rows.text(row, first + 2);
  record.status = parse_status(rows.text(row, first + 3)).value_or(Status::pending);
  record.description = rows.text(row, first + 4);
  record.created_at = rows.timestamptz(row, first + 5);
  record.updated_at = rows.timestamptz(row, first + 6);
  record.version = rows.int8(row, first + 7);
  return record;
}

Sql::Sql()
    : by_ids("SELECT " RECORD_COLUMNS " FROM records WHERE id = ANY($1::bigint[])"),
      // A key that is taken claims nothing, so its record is not stored; a concurrent holder of the key is waited for.
      create(
          "WITH input AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"
          "  WITH ORDINALITY AS t(title, owner, status, description, key, fingerprint, n)),"
          " keyed AS (SELECT DISTINCT ON (key) * FROM input WHERE key <> '' ORDER BY key, n),"
          " claimed AS (INSERT INTO idempotency_keys (key, fingerprint, record_id)"
          "  SELECT key, fingerprint, nextval('records_id_seq') FROM keyed ORDER BY key"
          "  ON CONFLICT (key) DO NOTHING RETURNING key, record_id),"
          " chosen AS (SELECT keyed.*, claimed.record_id FROM keyed JOIN claimed USING (key)"
          "  UNION ALL SELECT input.*, nextval('records_id_seq') FROM input WHERE key = ''),"
          " stored AS (INSERT INTO records (id, title, owner, status, description)"
          "  SELECT record_id, title, owner, status, description FROM chosen ORDER BY record_id RETURNING " RECORD_COLUMNS
          ")"
          " SELECT stored.*, chosen.n FROM stored JOIN chosen ON chosen.record_id = stored.id"),
      create_plain(
          "INSERT INTO records (title, owner, status, description)"
          " SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"),
      earlier_creations("SELECT key, fingerprint, record_id, created_at FROM idempotency_keys WHERE key = ANY($1::text[])"),
      // A concurrent call with the same key ends in a unique violation, which undoes this one: the caller then asks again.
      update(
          "WITH earlier AS (SELECT fingerprint, response FROM idempotency_keys WHERE key = $7::text),"
          " changed AS (UPDATE records SET title = coalesce($2::text, title), owner = coalesce($3::text, owner),"
          "   status = coalesce($4::text, status), description = coalesce($5::text, description), version = version + 1, updated_at = now()"
          "  WHERE id = $1::bigint AND ($6::bigint[] IS NULL OR version = ANY($6::bigint[])) AND NOT EXISTS (SELECT FROM earlier)"
          "  RETURNING " RECORD_COLUMNS
          "),"
          " noted AS (INSERT INTO idempotency_keys (key, fingerprint, record_id, response)"
          "  SELECT $7::text, $8::text, id, row_to_json(changed)::text FROM changed WHERE $7::text IS NOT NULL)"
          " SELECT changed.*, earlier.fingerprint, earlier.response, present.version"
          "  FROM (SELECT 1) one LEFT JOIN changed ON true LEFT JOIN earlier ON true"
          "  LEFT JOIN (SELECT version FROM records WHERE id = $1::bigint) present ON true"),
      remove(
          "WITH earlier AS (SELECT fingerprint FROM idempotency_keys WHERE key = $3::text),"
          " removed AS (DELETE FROM records WHERE id = $1::bigint AND ($2::bigint[] IS NULL OR version = ANY($2::bigint[]))"
          "  AND NOT EXISTS (SELECT FROM earlier) RETURNING id),"
          " noted AS (INSERT INTO idempotency_keys (key, fingerprint, record_id)"
          "  SELECT $3::text, $4::text, id FROM removed WHERE $3::text IS NOT NULL)"
          " SELECT removed.id, earlier.fingerprint, present.version"
          "  FROM (SELECT 1) one LEFT JOIN removed ON true LEFT JOIN earlier ON true"
          "  LEFT JOIN (SELECT version FROM records WHERE id = $1::bigint) present ON true"),
      position("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint"),
      begin("BEGIN"),
      begin_snapshot("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
      take_snapshot("SELECT 1"),
      commit("COMMIT"),
      rollback("ROLLBACK"),
      forget_keys(
          "DELETE FROM idempotency_keys WHERE key IN"
          " (SELECT key FROM idempotency_keys WHERE created_at < $1::timestamptz ORDER BY created_at LIMIT $2::bigint)") {}

Query Sql::page(const ListQuery& query) {
  Where where = postgres::where(query.filter);
  if (query.after) add_keyset(where, query.sort, *query.after);
  const char* const direction = query.sort.descending ? " DESC" : "";
  std::string text = "SELECT " RECORD_COLUMNS " FROM records" + where.text + " ORDER BY ";
  if (query.sort.key != SortKey::id) text += std::string(column(query.sort.key)) + direction + ", ";
  text += std::string("id") + direction + " LIMIT " + where.next("bigint");
  where.params.int8(query.limit + 1);
  if (query.skip > 0) {
    text += " OFFSET " + where.next("bigint");
    where.params.int8(query.skip);
  }
  return {&cached(std::move(text)), std::move(where.params)};
}

// Without a search for text the counters know (migrations/0002_counters.sql): what is folded, and what is not yet.
Query Sql::count(const Filter& filter) {
  Where where = postgres::where(filter);
  if (!filter.q) {
    const std::string pending = "(SELECT sum(n)::bigint FROM record_count_deltas" + where.text + ")";
    if (!filter.status) where.add("status = ''");
    if (!filter.owner) where.add("owner = ''");
    return {&cached("SELECT coalesce((SELECT n FROM record_counts" + where.text + "), 0) + coalesce(" + pending + ", 0)"),
            std::move(where.params)};
  }
  return {&cached("SELECT count(*) FROM records" + where.text), std::move(where.params)};
}

const pg::Statement& Sql::cached(std::string text) {
  auto& kept = made_[text];
  if (!kept) kept = std::make_unique<pg::Statement>(std::move(text));
  return *kept;
}

}  // namespace records::postgres
