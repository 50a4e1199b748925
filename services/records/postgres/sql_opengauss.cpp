// What openGauss, which descends from PostgreSQL 9.2, wants said in other words: no ON CONFLICT, no unnest of several arrays, no WITH
// ORDINALITY, no pg_lsn, no empty select list, and row_to_json that writes times in another form. Everything else of sql.cpp holds for
// both. A key that is taken at the same time ends in a unique violation; the caller asks again and then finds it.
#include "records/postgres/sql.hpp"

namespace records::postgres {
namespace {

#define RFC3339 " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

}  // namespace

void Sql::speak_opengauss() {
  create = pg::Statement(
      "WITH input AS (SELECT ($1::text[])[n] AS title, ($2::text[])[n] AS owner, ($3::text[])[n] AS status, ($4::text[])[n] AS description,"
      "  ($5::text[])[n] AS key, ($6::text[])[n] AS fingerprint, n::bigint AS n FROM generate_subscripts($1::text[], 1) AS i(n)),"
      " keyed AS (SELECT DISTINCT ON (key) * FROM input ORDER BY key, n),"
      " claimed AS (INSERT INTO idempotency_keys (key, fingerprint, record_id)"
      "  SELECT key, fingerprint, nextval('records_id_seq') FROM keyed"
      "  WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys AS earlier WHERE earlier.key = keyed.key) ORDER BY key"
      "  RETURNING key, record_id),"
      " chosen AS (SELECT keyed.*, claimed.record_id FROM keyed JOIN claimed USING (key)),"
      " stored AS (INSERT INTO records (id, title, owner, status, description)"
      "  SELECT record_id, title, owner, status, description FROM chosen ORDER BY record_id RETURNING " RECORD_COLUMNS
      ")"
      " SELECT stored.*, chosen.n FROM stored JOIN chosen ON chosen.record_id = stored.id");
  create_named = pg::Statement(
      "WITH input AS (SELECT nextval('records_id_seq') AS id, ($1::text[])[n] AS title, ($2::text[])[n] AS owner, ($3::text[])[n] AS "
      "status,"
      "  ($4::text[])[n] AS description, ($6::bigint[])[n] AS place FROM generate_subscripts($1::text[], 1) AS i(n)),"
      " noted AS (INSERT INTO idempotency_keys (key, fingerprint, record_id, response)"
      "  SELECT $5::text, '', 0, string_agg(place || ':' || id, ' ') FROM input)"
      " INSERT INTO records (id, title, owner, status, description) SELECT id, title, owner, status, description FROM input"
      " RETURNING id, created_at");
  claim_name = pg::Statement(
      "INSERT INTO idempotency_keys (key, fingerprint, record_id, response) SELECT $1::text, '', 0, ''"
      " WHERE NOT EXISTS (SELECT 1 FROM idempotency_keys WHERE key = $1::text)");
  create_plain = pg::Statement(
      "INSERT INTO records (title, owner, status, description)"
      " SELECT ($1::text[])[n], ($2::text[])[n], ($3::text[])[n], ($4::text[])[n] FROM generate_subscripts($1::text[], 1) AS i(n)");
  update = pg::Statement(
      "WITH earlier AS (SELECT fingerprint, response FROM idempotency_keys WHERE key = $7::text),"
      " changed AS (UPDATE records SET title = coalesce($2::text, title), owner = coalesce($3::text, owner),"
      "   status = coalesce($4::text, status), description = coalesce($5::text, description), version = version + 1, updated_at = now()"
      "  WHERE id = $1::bigint AND ($6::bigint[] IS NULL OR version = ANY($6::bigint[])) AND NOT EXISTS (SELECT 1 FROM earlier)"
      "  RETURNING " RECORD_COLUMNS
      "),"
      " told AS (SELECT id, title, owner, status, description, to_char(created_at" RFC3339 " AS created_at, to_char(updated_at" RFC3339
      " AS updated_at, version FROM changed),"
      " noted AS (INSERT INTO idempotency_keys (key, fingerprint, record_id, response)"
      "  SELECT $7::text, $8::text, id, row_to_json(told)::text FROM told WHERE $7::text IS NOT NULL)"
      " SELECT changed.*, earlier.fingerprint, earlier.response, present.version"
      "  FROM (SELECT 1 AS one) AS one LEFT JOIN changed ON true LEFT JOIN earlier ON true"
      "  LEFT JOIN (SELECT version FROM records WHERE id = $1::bigint) AS present ON true");
  remove = pg::Statement(
      "WITH earlier AS (SELECT fingerprint FROM idempotency_keys WHERE key = $3::text),"
      " removed AS (DELETE FROM records WHERE id = $1::bigint AND ($2::bigint[] IS NULL OR version = ANY($2::bigint[]))"
      "  AND NOT EXISTS (SELECT 1 FROM earlier) RETURNING id),"
      " noted AS (INSERT INTO idempotency_keys (key, fingerprint, record_id)"
      "  SELECT $3::text, $4::text, id FROM removed WHERE $3::text IS NOT NULL)"
      " SELECT removed.id, earlier.fingerprint, present.version"
      "  FROM (SELECT 1 AS one) AS one LEFT JOIN removed ON true LEFT JOIN earlier ON true"
      "  LEFT JOIN (SELECT version FROM records WHERE id = $1::bigint) AS present ON true");
  position = pg::Statement("SELECT pg_xlog_location_diff(pg_current_xlog_location(), '0/0')::bigint, 1::integer");
}

const pg::Statement& fold_of_opengauss() {
  // Only one folds at a time; what another has added since this one's snapshot ends in a unique violation, and is folded the next time.
  static const pg::Statement statement(
      "WITH gone AS (DELETE FROM record_count_deltas"
      "  WHERE (SELECT pg_try_advisory_xact_lock(1919247204, 1)) AND ctid = ANY (ARRAY(SELECT ctid FROM record_count_deltas LIMIT "
      "$1::bigint))"
      "  RETURNING owner, status, n),"
      " sums AS (SELECT coalesce(owner, '') AS owner, coalesce(status, '') AS status, sum(n)::bigint AS n FROM gone"
      "  GROUP BY GROUPING SETS ((owner, status), (owner), (status), ()) HAVING sum(n) <> 0),"
      " changed AS (UPDATE record_counts AS counts SET n = counts.n + sums.n FROM sums"
      "  WHERE counts.owner = sums.owner AND counts.status = sums.status RETURNING counts.owner),"
      " added AS (INSERT INTO record_counts SELECT owner, status, n FROM sums"
      "  WHERE NOT EXISTS (SELECT 1 FROM record_counts AS counts WHERE counts.owner = sums.owner AND counts.status = sums.status)"
      "  RETURNING owner)"
      " SELECT count(*) FROM gone");
  return statement;
}

const pg::Statement& tidy_of_opengauss() {
  static const pg::Statement statement("VACUUM record_count_deltas");
  return statement;
}

}  // namespace records::postgres
