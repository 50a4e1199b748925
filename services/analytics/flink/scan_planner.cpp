#include "analytics/flink/scan_planner.hpp"

#include "analytics/postgres_counts.hpp"

#include <algorithm>

namespace analytics::flink {
namespace {

/// Flink's connector refuses a range of fewer ids than there are parts (scan.partition.num): that of a small table is widened.
constexpr std::int64_t least_range = 1000;

const pg::Statement& range() {
  static const pg::Statement statement(
      "SELECT coalesce(min(id), 0), coalesce(max(id), 0),"
      " (SELECT coalesce(sum(n), 0)::bigint FROM (SELECT n FROM record_counts WHERE owner = '' AND status = ''"
      "  UNION ALL SELECT n FROM record_count_deltas) AS counts) FROM records");
  return statement;
}

Awaitable<base::Result<Scan>> plan(cluster::Cluster& cluster, Jdbc jdbc, base::Deadline deadline) {
  auto work = [deadline](pg::Connection& connection) -> Awaitable<base::Result<Scan>> {
    const base::Result<pg::Rows> rows = co_await connection.run(range(), {}, deadline);
    if (rows.has_error()) co_return rows.error();
    Scan scan;
    scan.last_id = rows->int8(0, 1);
    scan.first_id = std::min(rows->int8(0, 0), scan.last_id - least_range);  // below all ids there are none
    scan.expected = rows->int8(0, 2);
    co_return scan;
  };
  const base::Micros asked = base::now();
  auto found = co_await cluster.run<Scan>(cluster::Intent::read_eventual, {}, deadline, work);
  if (found.has_error()) co_return found.error();
  found->value.login = jdbc.node(found->node);
  found->value.as_of = shown_by(*cluster.snapshot(), found->node, asked);
  co_return std::move(found->value);
}

}  // namespace

Planner scan_planner(cluster::Cluster& cluster, Jdbc jdbc) {
  return [&cluster, jdbc = std::move(jdbc)](base::Deadline deadline) { return plan(cluster, jdbc, deadline); };
}

}  // namespace analytics::flink
