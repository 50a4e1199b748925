#include "analytics/postgres_counts.hpp"

#include "base/text.hpp"

namespace analytics {
namespace {

// From the counters that the records service keeps, so that the cost follows the owners, not the records: what is folded, and what is not
// yet. One statement, so one snapshot: rows of kind 's' (status, count), 'o' (owner, count) and one of kind 'n' (number of owners). In
// words that openGauss knows too: what is used twice is made once without being told.
const pg::Statement& distributions() {
  static const pg::Statement statement(
      "WITH pending AS (SELECT owner, status, sum(n) AS n FROM record_count_deltas GROUP BY owner, status),"
      " statuses AS (SELECT status, n FROM record_counts WHERE owner = '' AND status <> '' UNION ALL SELECT status, n FROM pending),"
      " parts AS (SELECT owner, n FROM record_counts WHERE status = '' AND owner <> '' UNION ALL SELECT owner, n FROM pending),"
      " owners AS (SELECT owner, sum(n)::bigint AS n FROM parts GROUP BY owner HAVING sum(n) > 0)"
      " SELECT 's'::text, status::text, sum(n)::bigint FROM statuses GROUP BY status"
      " UNION ALL SELECT 'n'::text, ''::text, count(*) FROM owners"
      " UNION ALL SELECT * FROM (SELECT 'o'::text, owner::text, n FROM owners ORDER BY n DESC, owner LIMIT $1::bigint) AS most");
  return statement;
}

base::Result<Counts> to_counts(const pg::Rows& rows) {
  Counts counts;
  for (int row = 0; row < rows.count(); ++row) {
    const std::string_view kind = rows.text(row, 0);
    const std::string_view key = rows.text(row, 1);
    const std::int64_t count = rows.int8(row, 2);
    if (kind == "n") counts.owners_total = count;
    else if (kind == "o") counts.owners.push_back({std::string(key), count});
    else if (!add_status(counts, key, count)) return base::internal("unknown status in the database: " + std::string(key));
  }
  sort_owners(counts);
  return counts;
}

/// The records service makes the schema; until it has, there is nothing to count.
base::Error explain(base::Error error) {
  if (error.detail.starts_with("SQLSTATE 42P01"))
    return base::unavailable("the records service has not made the schema yet", std::move(error.detail));
  return error;
}

}  // namespace

base::Micros shown_by(const cluster::Snapshot& snapshot, const std::string& name, base::Micros asked) {
  for (const cluster::NodeState& node : snapshot.nodes)
    if (node.name == name) return asked - std::chrono::milliseconds(node.replay_lag_ms);
  return asked;
}

Awaitable<base::Result<Counts>> PostgresCounts::read(int owner_limit, base::Deadline deadline) {
  auto work = [owner_limit, deadline](pg::Connection& connection) -> Awaitable<base::Result<Counts>> {
    pg::Params params;
    params.int8(owner_limit);
    base::Result<pg::Rows> rows = co_await connection.run(distributions(), std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    co_return to_counts(*rows);
  };
  const base::Micros asked = base::now();
  base::Result<cluster::From<Counts>> found = co_await cluster_.run<Counts>(cluster::Intent::read_eventual, {}, deadline, work);
  if (found.has_error()) co_return explain(found.error());
  found->value.as_of = shown_by(*cluster_.snapshot(), found->node, asked);
  co_return std::move(found->value);
}

// A change shows in some node's position, and again in each node that replays it later; so the last read is of a node that has it.
Awaitable<base::Result<std::uint64_t>> PostgresCounts::mark(base::Deadline) {
  std::string positions;
  for (const cluster::NodeState& node : cluster_.snapshot()->nodes)
    positions += std::to_string(static_cast<int>(node.role)) + ":" + std::to_string(node.lsn) + " ";
  co_return base::fnv1a(positions);
}

}  // namespace analytics
