#include "records/sqlite/migrations.hpp"

#include "records/sqlite/sql.hpp"

#include <sqlite3.h>

#include <thread>

namespace records::sqlite {
namespace {

/// Going over to WAL needs the file alone for a moment, and SQLite does not wait for that by itself.
void use_wal(lite::Database& database) {
  for (int attempt = 0;; ++attempt) {
    try {
      database.execute("PRAGMA journal_mode = WAL");
      return;
    } catch (const lite::Failure& failure) {
      if (failure.primary() != SQLITE_BUSY || attempt == 500) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

}  // namespace

int migrate(lite::Database& database) {
  use_wal(database);
  lite::Transaction transaction(database, lite::Transaction::Kind::write);
  database.execute(sql::create_migrations_table);
  const int known = sql::migrations.back().version;
  const auto newest = [&] {
    lite::Statement query = database.prepare(sql::newest_migration);
    query.step();
    return static_cast<int>(query.integer(0));
  }();
  if (newest > known)
    throw lite::Failure(SQLITE_SCHEMA,
                        "the database has schema version " + std::to_string(newest) + ", this program knows " + std::to_string(known));
  for (const sql::Migration& migration : sql::migrations) {
    if (migration.version <= newest) continue;
    database.execute(migration.text);
    lite::Statement note = database.prepare(sql::note_migration);
    note.bind(":version", migration.version).bind(":name", migration.name).bind(":now", base::now().time_since_epoch().count()).run();
  }
  transaction.commit();
  return known - newest;
}

}  // namespace records::sqlite
