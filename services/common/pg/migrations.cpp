#include "pg/migrations.hpp"

#include "base/log.hpp"

namespace pg {
namespace {

/// Any number, the same in every version: those who migrate at the same time take turns.
constexpr std::int64_t lock_key = 0x7265636f726473;  // "records"

std::vector<Step> plain(const std::vector<Statement>& statements) {
  std::vector<Step> steps;
  for (const Statement& statement : statements) steps.push_back({&statement, Params{}, false});
  return steps;
}

const Statement latest("SELECT coalesce(max(version), 0)::bigint FROM schema_migrations");

std::int64_t newest(const std::vector<Migration>& migrations) { return static_cast<std::int64_t>(migrations.size()); }

base::Error too_new(std::int64_t version, const std::vector<Migration>& migrations) {
  return {.code = base::Code::failed_precondition,
          .message = "the database's schema (version " + std::to_string(version) + ") is newer than this program (" +
                     std::to_string(newest(migrations)) + ")"};
}

Awaitable<base::Result<int>> apply_missing(Connection& connection, const std::vector<Migration>& migrations, base::Deadline deadline) {
  const Statement create_table(
      "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL "
      "DEFAULT now())");
  const Statement note("INSERT INTO schema_migrations (version, name) VALUES ($1::integer, $2::text)");
  base::Result<Rows> created = co_await connection.run(create_table, Params{}, deadline);
  if (created.has_error()) co_return created.error();
  base::Result<Rows> present = co_await connection.run(latest, Params{}, deadline);
  if (present.has_error()) co_return present.error();
  const std::int64_t version = present->int8(0, 0);
  if (version > newest(migrations)) co_return too_new(version, migrations);
  int applied = 0;
  for (const Migration& migration : migrations) {
    if (migration.version <= version) continue;
    std::vector<Statement> statements;
    for (std::string& text : split_statements(migration.sql)) statements.emplace_back(std::move(text));
    std::vector<Step> steps = plain(statements);
    steps.push_back({&note, Params{}.int4(migration.version).text(std::string_view(migration.name)), true});
    auto outcomes = co_await connection.run(std::move(steps), deadline);
    base::Result<void> done = all_well(outcomes);
    if (done.has_error()) co_return done.error();
    base::log::info("migration applied", {{"version", migration.version}, {"name", migration.name}});
    ++applied;
  }
  co_return applied;
}

}  // namespace

std::vector<std::string> split_statements(const std::string& script) {
  std::vector<std::string> statements;
  std::string current;
  bool quoted = false;
  for (std::size_t at = 0; at < script.size();) {
    const std::size_t newline = std::min(script.find('\n', at), script.size());
    std::string line = script.substr(at, newline - at);
    at = newline + 1;
    if (!quoted && (line.empty() || line.starts_with("--"))) continue;
    for (std::size_t mark = line.find("$$"); mark != std::string::npos; mark = line.find("$$", mark + 2)) quoted = !quoted;
    const bool ends = !quoted && line.ends_with(';');
    if (ends) line.pop_back();
    current += line + "\n";
    if (ends) statements.push_back(std::exchange(current, {}));
  }
  if (current.find_first_not_of(" \t\r\n") != std::string::npos) statements.push_back(current);
  return statements;
}

Awaitable<base::Result<bool>> is_migrated(Connection& connection, std::vector<Migration> migrations, base::Deadline deadline) {
  const Statement exists("SELECT count(*)::bigint FROM pg_class WHERE relname = 'schema_migrations' AND pg_table_is_visible(oid)");
  base::Result<Rows> there = co_await connection.run(exists, Params{}, deadline);
  if (there.has_error()) co_return there.error();
  if (there->int8(0, 0) == 0) co_return false;
  base::Result<Rows> present = co_await connection.run(latest, Params{}, deadline);
  if (present.has_error()) co_return present.error();
  const std::int64_t version = present->int8(0, 0);
  if (version > newest(migrations)) co_return too_new(version, migrations);
  co_return version == newest(migrations);
}

Awaitable<base::Result<int>> migrate(Connection& connection, std::vector<Migration> migrations, base::Deadline deadline) {
  const Statement lock("SELECT pg_advisory_lock($1::bigint)");
  const Statement unlock("SELECT pg_advisory_unlock($1::bigint)");
  base::Result<Rows> locked = co_await connection.run(lock, Params{}.int8(lock_key), deadline);
  if (locked.has_error()) co_return locked.error();
  base::Result<int> applied = co_await apply_missing(connection, migrations, deadline);
  base::Result<Rows> unlocked = co_await connection.run(unlock, Params{}.int8(lock_key), deadline);
  if (applied.has_value() && unlocked.has_error()) co_return unlocked.error();
  co_return applied;
}

}  // namespace pg
