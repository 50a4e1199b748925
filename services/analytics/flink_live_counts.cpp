#include "analytics/flink_live_counts.hpp"

namespace analytics {
namespace {

// Rows of kind 'p' (lag in ms), 's' (status), 'n' (number of owners), 'o' (owner), 'm' (minute, in ms since 1970). No row 'p': no complete
// generation. The lag is what the latest pulse took; while one is on its way, the age of the one before.
const pg::Statement& kept_by_flink() {
  static const pg::Statement statement(
      "WITH mine AS MATERIALIZED (SELECT dim, k, n, seen_at FROM flink_counts"
      "  WHERE generation = (SELECT generation FROM flink_job WHERE id = 1 AND state = 'live')),"
      " clock AS (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now, (SELECT version FROM flink_pulse WHERE id = 1) AS "
      "sent)"
      " SELECT 'p'::text, ''::text,"
      "  CASE WHEN n = sent THEN (extract(epoch FROM seen_at) * 1000)::bigint - n ELSE greatest(0, now - n - 1000) END"
      "  FROM mine, clock WHERE dim = 'pulse'"
      " UNION ALL SELECT 's'::text, k::text, n FROM mine WHERE dim = 'status'"
      " UNION ALL SELECT 'n'::text, ''::text, count(*) FROM mine WHERE dim = 'owner' AND n > 0"
      " UNION ALL SELECT * FROM (SELECT 'o'::text, k::text, n FROM mine WHERE dim = 'owner' AND n > 0 ORDER BY n DESC, k LIMIT $1::bigint)"
      "  AS most"
      " UNION ALL SELECT * FROM (SELECT 'm'::text, (extract(epoch FROM (k || ':00+00')::timestamptz) * 1000)::bigint::text, n FROM mine"
      "  WHERE dim = 'minute' AND n > 0 AND k >= to_char((now() - interval '15 minutes') AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
      "  ORDER BY k) AS minutes");
  return statement;
}

base::Result<Counts> to_counts(const pg::Rows& rows) {
  Counts counts{.origin = Origin::flink};
  bool complete = false;
  for (int row = 0; row < rows.count(); ++row) {
    const std::string_view kind = rows.text(row, 0);
    const std::string key(rows.text(row, 1));
    const std::int64_t count = rows.int8(row, 2);
    if (kind == "p") complete = true, counts.lag = std::chrono::milliseconds(count);
    else if (kind == "n") counts.owners_total = count;
    else if (kind == "o") counts.owners.push_back({key, count});
    else if (kind == "m") counts.created.push_back({base::Micros(std::chrono::milliseconds(std::stoll(key))), count});
    else if (!add_status(counts, key, count)) return base::internal("unknown status in the database: " + key);
  }
  if (!complete) return base::unavailable("Flink's streaming job has no complete counts yet");
  sort_owners(counts);
  return counts;
}

}  // namespace

Awaitable<base::Result<Counts>> FlinkLiveCounts::read_flink(int owner_limit, base::Deadline deadline) {
  auto work = [owner_limit, deadline](pg::Connection& connection) -> Awaitable<base::Result<std::optional<Counts>>> {
    pg::Params params;
    params.int8(owner_limit);
    const base::Result<pg::Rows> rows = co_await connection.run(kept_by_flink(), std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    base::Result<Counts> counts = to_counts(*rows);
    // UNAVAILABLE would be taken for a lost node.
    if (counts.has_error() && counts.error().code == base::Code::unavailable) co_return std::optional<Counts>();
    if (counts.has_error()) co_return counts.error();
    co_return std::optional<Counts>(std::move(*counts));
  };
  const base::Micros asked = base::now();
  auto found = co_await cluster_.run<std::optional<Counts>>(cluster::Intent::read_eventual, {}, deadline, work);
  if (found.has_error()) co_return found.error();
  if (!found->value) co_return base::unavailable("Flink's streaming job has no complete counts yet");
  Counts counts = std::move(*found->value);
  counts.as_of = shown_by(*cluster_.snapshot(), found->node, asked) - counts.lag;
  co_return counts;
}

Awaitable<base::Result<Counts>> FlinkLiveCounts::read(int owner_limit, base::Deadline deadline) {
  base::Result<Counts> kept = co_await read_flink(owner_limit, deadline);
  if (kept.has_value() && kept->lag <= most_lag) co_return kept;
  co_return co_await sql_.read(owner_limit, deadline);
}

}  // namespace analytics
