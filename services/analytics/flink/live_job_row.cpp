#include "analytics/flink/live_job_row.hpp"

#include "base/log.hpp"

#include <random>

namespace analytics::flink {
namespace {

constexpr auto slot_patience = std::chrono::seconds(3);

const pg::Statement hold_statement(
    "UPDATE flink_job AS job SET holder = $1::text, held_until = now() + interval '10 s'"
    " WHERE id = 1 AND (holder = $1::text OR held_until < now())"
    " RETURNING generation, state, job_id, timeline, checkpoint, first_pulse,"
    " ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer,"
    " (SELECT version FROM flink_pulse WHERE id = 1),"
    " coalesce((SELECT n FROM flink_counts WHERE generation = job.generation AND dim = 'pulse' AND k = ''), 0)");
const pg::Statement let_go_statement("UPDATE flink_job SET held_until = now() WHERE id = 1 AND holder = $1::text");
const pg::Statement save_statement(
    "UPDATE flink_job SET generation = $2::bigint, state = $3::text, job_id = $4::text, timeline = $5::integer, checkpoint = $6::text,"
    " first_pulse = $7::bigint WHERE id = 1 AND holder = $1::text");
// The table lock of ALTER TABLE must not make everybody wait behind somebody's long transaction.
const pg::Statement prepare_statement(
    "DO $do$ BEGIN"
    " PERFORM set_config('lock_timeout', '2s', true);"
    " IF EXISTS (SELECT FROM pg_class WHERE oid = 'records'::regclass AND relreplident <> 'f') THEN"
    "  ALTER TABLE records REPLICA IDENTITY FULL; END IF;"
    " IF EXISTS (SELECT FROM pg_class WHERE oid = 'flink_pulse'::regclass AND relreplident <> 'f') THEN"
    "  ALTER TABLE flink_pulse REPLICA IDENTITY FULL; END IF;"
    " IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'records_flink') THEN"
    "  CREATE PUBLICATION records_flink FOR TABLE records, flink_pulse; END IF;"
    " END $do$");
const pg::Statement pulse_statement(
    "UPDATE flink_pulse SET version = greatest(version + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint) WHERE id = 1");
// Not of what is not folded yet: that has just changed, and Flink may not have it.
const pg::Statement differences_statement(
    "WITH exact AS (SELECT dim, k, sum(n)::bigint AS n, bool_or(fresh) AS fresh FROM ("
    "   SELECT 'status' COLLATE \"C\" AS dim, status AS k, n, false AS fresh FROM record_counts WHERE owner = '' AND status <> ''"
    "   UNION ALL SELECT 'owner', owner, n, false FROM record_counts WHERE owner <> '' AND status = ''"
    "   UNION ALL SELECT 'status', status, n, true FROM record_count_deltas"
    "   UNION ALL SELECT 'owner', owner, n, true FROM record_count_deltas) AS parts GROUP BY dim, k),"
    " kept AS (SELECT dim, k, n FROM flink_counts WHERE generation = $1::bigint AND dim IN ('status', 'owner'))"
    " SELECT dim || ' ' || k || ': ' || coalesce(kept.n, 0) || ' for ' || coalesce(exact.n, 0) FROM kept FULL JOIN exact USING (dim, k)"
    " WHERE coalesce(kept.n, 0) <> coalesce(exact.n, 0) AND fresh IS NOT TRUE ORDER BY dim, k LIMIT 1000");
const pg::Statement forget_statement("DELETE FROM flink_counts WHERE generation <> $1::bigint");
const pg::Statement drop_statement(
    "SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots"
    " WHERE slot_name LIKE 'records\\_flink\\_%' AND slot_name <> $1::text AND NOT active");

std::string random_name() {
  std::random_device random;
  return std::to_string((static_cast<std::uint64_t>(random()) << 32) | random());
}

}  // namespace

LiveJobTable::LiveJobTable(cluster::Cluster& cluster, cluster::DatabaseConfig database)
    : cluster_(cluster), database_(std::move(database)), holder_(random_name()) {}

Awaitable<base::Result<pg::Rows>> LiveJobTable::write(const pg::Statement& statement, pg::Params params, base::Deadline deadline) {
  using Shared = std::shared_ptr<pg::Rows>;
  auto work = [&statement, params, deadline](pg::Connection& connection) -> Awaitable<base::Result<Shared>> {
    base::Result<pg::Rows> rows = co_await connection.run(statement, params, deadline);
    if (rows.has_error()) co_return rows.error();
    co_return std::make_shared<pg::Rows>(std::move(*rows));
  };
  auto done = co_await cluster_.run<Shared>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return std::move(*done->value);
}

Awaitable<base::Result<void>> LiveJobTable::change(const pg::Statement& statement, pg::Params params, base::Deadline deadline) {
  const base::Result<pg::Rows> rows = co_await write(statement, std::move(params), deadline);
  if (rows.has_error()) co_return rows.error();
  co_return base::Result<void>();
}

Awaitable<base::Result<std::optional<LiveJobRow>>> LiveJobTable::hold(base::Deadline deadline) {
  pg::Params params;
  params.text(std::string_view(holder_));
  const base::Result<pg::Rows> rows = co_await write(hold_statement, std::move(params), deadline);
  if (rows.has_error()) co_return rows.error();
  if (rows->empty()) co_return std::optional<LiveJobRow>();
  LiveJobRow row{.generation = rows->int8(0, 0),
                 .state = std::string(rows->text(0, 1)),
                 .job_id = std::string(rows->text(0, 2)),
                 .timeline = rows->int4(0, 3),
                 .checkpoint = std::string(rows->text(0, 4)),
                 .first_pulse = rows->int8(0, 5),
                 .primary_timeline = rows->int4(0, 6),
                 .pulse = rows->int8(0, 7),
                 .seen_pulse = rows->int8(0, 8)};
  co_return std::optional<LiveJobRow>(std::move(row));
}

Awaitable<base::Result<void>> LiveJobTable::let_go(base::Deadline deadline) {
  pg::Params params;
  params.text(std::string_view(holder_));
  return change(let_go_statement, std::move(params), deadline);
}

Awaitable<base::Result<void>> LiveJobTable::save(LiveJobRow row, base::Deadline deadline) {
  pg::Params params;
  params.text(std::string_view(holder_))
      .int8(row.generation)
      .text(std::string_view(row.state))
      .text(std::string_view(row.job_id))
      .int4(row.timeline)
      .text(std::string_view(row.checkpoint))
      .int8(row.first_pulse);
  return change(save_statement, std::move(params), deadline);
}

Awaitable<base::Result<void>> LiveJobTable::prepare(base::Deadline deadline) { return change(prepare_statement, {}, deadline); }

Awaitable<base::Result<void>> LiveJobTable::send_pulse(base::Deadline deadline) { return change(pulse_statement, {}, deadline); }

Awaitable<base::Result<std::vector<std::string>>> LiveJobTable::differences(std::int64_t generation, base::Deadline deadline) {
  pg::Params params;
  params.int8(generation);
  const base::Result<pg::Rows> rows = co_await write(differences_statement, std::move(params), deadline);
  if (rows.has_error()) co_return rows.error();
  std::vector<std::string> differences;
  for (int row = 0; row < rows->count(); ++row) differences.emplace_back(rows->text(row, 0));
  co_return differences;
}

Awaitable<base::Result<void>> LiveJobTable::forget_others(std::int64_t generation, base::Deadline deadline) {
  pg::Params params;
  params.int8(generation);
  return change(forget_statement, std::move(params), deadline);
}

Awaitable<base::Result<void>> LiveJobTable::drop_slots_at(pg::ConnInfo info, std::string kept) {
  const base::Deadline deadline = base::SteadyClock::now() + slot_patience;
  pg::Watchdog watchdog(co_await boost::asio::this_coro::executor);
  auto connection = co_await pg::Connection::open(watchdog, std::move(info), deadline);
  if (connection.has_error()) co_return connection.error();
  pg::Params params;
  params.text(std::string_view(kept));
  const base::Result<pg::Rows> rows = co_await (*connection)->run(drop_statement, std::move(params), deadline);
  if (rows.has_error()) co_return rows.error();
  if (const auto dropped = rows->int8(0, 0); dropped > 0) base::log::info("replication slots of old jobs dropped", {{"slots", dropped}});
  co_return base::Result<void>();
}

Awaitable<void> LiveJobTable::drop_other_slots(std::int64_t generation) {
  for (const cluster::NodeAddress& node : database_.nodes) {
    const base::Result<void> done = co_await drop_slots_at(node.info, slot_of(generation));
    if (done.has_error()) base::log::debug("old slots could not be looked for", {{"node", node.name}, {"detail", done.error().detail}});
  }
}

}  // namespace analytics::flink
