#include "records/postgres/sql.hpp"

namespace records::postgres {

#define RECORD_COLUMNS "id, title, owner, status, description, created_at, updated_at, version"

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

Position read_position(const pg::Rows& rows) { return {static_cast<std::uint64_t>(rows.int8(0, 0)), rows.int4(0, 1)}; }

Sql::Sql(cluster::Dialect dialect)
    : by_ids("SELECT " RECORD_COLUMNS " FROM records WHERE id = ANY($1::bigint[])"),
      // A key that is taken claims nothing, so its record is not stored; a concurrent holder of the key is waited for.
      create(
          "WITH input AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"
          "  WITH ORDINALITY AS t(title, owner, status, description, key, fingerprint, n)),"
          " keyed AS (SELECT DISTINCT ON (key) * FROM input ORDER BY key, n),"
          " claimed AS (INSERT INTO idempotency_keys (key, fingerprint, record_id)"
          "  SELECT key, fingerprint, nextval('records_id_seq') FROM keyed ORDER BY key"
          "  ON CONFLICT (key) DO NOTHING RETURNING key, record_id),"
          " chosen AS (SELECT keyed.*, claimed.record_id FROM keyed JOIN claimed USING (key)),"
          " stored AS (INSERT INTO records (id, title, owner, status, description)"
          "  SELECT record_id, title, owner, status, description FROM chosen ORDER BY record_id RETURNING " RECORD_COLUMNS
          ")"
          " SELECT stored.*, chosen.n FROM stored JOIN chosen ON chosen.record_id = stored.id"),
      // The row of the name is all creations' evidence. Ids rise in the order of the input.
      create_named(
          "WITH input AS (SELECT nextval('records_id_seq') AS id, t.* FROM"
          "  unnest($1::text[], $2::text[], $3::text[], $4::text[], $6::bigint[]) AS t(title, owner, status, description, place)),"
          " noted AS (INSERT INTO idempotency_keys (key, fingerprint, record_id, response)"
          "  SELECT $5::text, '', 0, string_agg(place || ':' || id, ' ') FROM input)"
          " INSERT INTO records (id, title, owner, status, description) SELECT id, title, owner, status, description FROM input"
          " RETURNING id, created_at"),
      named_creations("SELECT response, created_at FROM idempotency_keys WHERE key = $1::text AND record_id = 0"),
      claim_name(
          "INSERT INTO idempotency_keys (key, fingerprint, record_id, response) VALUES ($1::text, '', 0, '') ON CONFLICT (key) DO NOTHING"),
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
      wait_shortly("SELECT set_config('lock_timeout', '50', true)"),
      position(
          "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint, "
          "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer"),
      begin("BEGIN"),
      begin_snapshot("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
      take_snapshot("SELECT 1"),
      commit("COMMIT"),
      rollback("ROLLBACK"),
      forget_keys(
          "DELETE FROM idempotency_keys WHERE key IN"
          " (SELECT key FROM idempotency_keys WHERE created_at < $1::timestamptz ORDER BY created_at LIMIT $2::bigint)") {
  if (dialect == cluster::Dialect::opengauss) speak_opengauss();
}

}  // namespace records::postgres
