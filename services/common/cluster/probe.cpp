#include "cluster/probe.hpp"

#include <algorithm>
#include <utility>

namespace cluster {
namespace {

// in recovery, position in bytes, timeline, replay lag in ms, read-only
// The timeline of a standby that receives nothing is known only as of its last restartpoint: negative, it is one at least.
const pg::Statement& question(Dialect dialect) {
  static const pg::Statement for_postgresql(
      "SELECT r,"
      " ((CASE WHEN r THEN coalesce(pg_last_wal_replay_lsn(), '0/0'::pg_lsn) ELSE pg_current_wal_lsn() END) - '0/0'::pg_lsn)::bigint,"
      " CASE WHEN r THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver), -(SELECT timeline_id FROM pg_control_checkpoint()))"
      "  ELSE ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::integer END,"
      " CASE WHEN r AND pg_last_wal_receive_lsn() IS DISTINCT FROM pg_last_wal_replay_lsn()"
      "  THEN greatest(0, coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 0))::bigint ELSE "
      "0::bigint END,"
      " current_setting('transaction_read_only') = 'on'"
      " FROM (SELECT pg_is_in_recovery() AS r) s");
  static const pg::Statement for_opengauss(
      "SELECT r,"
      " pg_xlog_location_diff(CASE WHEN r THEN coalesce(pg_last_xlog_replay_location(), '0/0') ELSE pg_current_xlog_location() END, "
      "'0/0')::bigint,"
      " 1::integer,"
      " CASE WHEN r THEN greatest(0, coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) * 1000, 0))::bigint "
      "ELSE 0::bigint END,"
      " current_setting('transaction_read_only') = 'on'"
      " FROM (SELECT pg_is_in_recovery() AS r) s");
  return dialect == Dialect::opengauss ? for_opengauss : for_postgresql;
}

}  // namespace

Probe::Probe(pg::Watchdog& watchdog, NodeAddress address, Dialect dialect, std::chrono::milliseconds timeout)
    : watchdog_(watchdog), address_(std::move(address)), dialect_(dialect), timeout_(timeout) {}

pg::Awaitable<NodeState> Probe::check() {
  NodeState state;
  state.name = address_.name;
  state.role = Role::unreachable;
  state.asked_at = base::SteadyClock::now();
  const base::Deadline deadline = state.asked_at + timeout_;
  if (!connection_ || !connection_->usable()) {
    connection_.reset();
    base::Result<std::unique_ptr<pg::Connection>> opened = co_await pg::Connection::open(watchdog_, address_.info, deadline);
    if (opened.has_error()) {
      state.error = opened.error().detail.empty() ? opened.error().message : opened.error().detail;
      co_return state;
    }
    connection_ = std::move(opened.value());
    if (dialect_ == Dialect::automatic) {
      const std::string& version = connection_->server_version();
      const bool gauss = version.find("openGauss") != std::string::npos || version.find("GaussDB") != std::string::npos;
      dialect_ = gauss ? Dialect::opengauss : Dialect::postgresql;
    }
  }
  base::Result<NodeState> answer = co_await ask(*connection_, dialect_, deadline);
  if (answer.has_error()) {
    connection_.reset();
    state.error = answer.error().detail.empty() ? answer.error().message : answer.error().detail;
    co_return state;
  }
  answer->name = address_.name;
  answer->asked_at = state.asked_at;
  last_timeline_ = answer->timeline >= 0 ? answer->timeline : std::max(last_timeline_, -answer->timeline);
  answer->timeline = last_timeline_;
  co_return std::move(answer.value());
}

// The timeline may come out negative, see `question`.
pg::Awaitable<base::Result<NodeState>> Probe::ask(pg::Connection& connection, Dialect dialect, base::Deadline deadline) {
  const auto started = base::SteadyClock::now();
  base::Result<pg::Rows> rows = co_await connection.run(question(dialect), pg::Params{}, deadline);
  if (rows.has_error()) co_return rows.error();
  NodeState state;
  state.round_trip_us = std::chrono::duration_cast<std::chrono::microseconds>(base::SteadyClock::now() - started).count();
  state.role = rows->boolean(0, 0) ? Role::standby : Role::primary;
  state.lsn = static_cast<std::uint64_t>(rows->int8(0, 1));
  state.timeline = rows->int4(0, 2);
  state.replay_lag_ms = rows->int8(0, 3);
  state.read_only = rows->boolean(0, 4);
  co_return state;
}

}  // namespace cluster
