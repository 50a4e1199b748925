// The file: it keeps what was acknowledged, its schema is migrated once, two programs can share it, a bad one is refused with a reason.
#include "support.hpp"

#include "lite/database.hpp"

#include "support/catch.hpp"

#include <fstream>
#include <thread>

using namespace records;

namespace {

std::int64_t ask(const std::string& path, const std::string& sql) {
  lite::Database database(path);
  lite::Statement query = database.prepare(sql);
  REQUIRE(query.step());
  return query.integer(0);
}

}  // namespace

TEST_CASE("records and answers survive a restart") {
  const Folder folder;
  const Idempotency once{"key", "f"};
  Record made;
  {
    const auto store = open(folder.file());
    made = create(*store, "kept", once)->record;
  }
  const auto store = open(folder.file());
  CHECK(wait(store->get({made.id}, {.deadline = soon()}))->value == std::vector<Record>{made});
  CHECK(create(*store, "kept", once)->replayed);
}

TEST_CASE("a database in memory begins empty each time") {
  {
    const auto store = open(":memory:");
    create(*store, "gone");
  }
  const auto store = open(":memory:");
  CHECK(wait(store->list({}, {.deadline = soon()}))->value.total == 0);
}

TEST_CASE("migrations are applied once") {
  const Folder folder;
  CHECK(*sqlite::migrate_sqlite(folder.file()) == 2);
  CHECK(*sqlite::migrate_sqlite(folder.file()) == 0);
  CHECK(ask(folder.file(), "SELECT count(*) FROM schema_migrations") == 2);
  CHECK(open(folder.file()));
}

TEST_CASE("migrations side by side: together they apply each once") {
  const Folder folder;
  std::vector<std::thread> threads;
  std::vector<base::Result<int>> applied(6, -1);
  for (auto& result : applied) threads.emplace_back([&] { result = sqlite::migrate_sqlite(folder.file()); });
  for (auto& thread : threads) thread.join();
  int sum = 0;
  for (const auto& result : applied) {
    if (!result) FAIL(result.error().message << ": " << result.error().detail);
    sum += *result;
  }
  CHECK(sum == 2);
}

TEST_CASE("a schema of a newer program is refused, and left alone") {
  const Folder folder;
  REQUIRE(sqlite::migrate_sqlite(folder.file()));
  lite::Database(folder.file()).execute("INSERT INTO schema_migrations VALUES (99, 'later', 0)");
  const auto store = sqlite::open_sqlite({.path = folder.file()});
  REQUIRE_FALSE(store);
  CHECK(store.error().code == base::Code::unavailable);
  CHECK(store.error().message == "the database has schema version 99, this program knows 2");
}

TEST_CASE("what is no database, or nowhere, is refused") {
  const Folder folder;
  std::ofstream(folder.file("letter.txt")) << std::string(4096, 'x');
  CHECK_FALSE(sqlite::open_sqlite({.path = folder.file("letter.txt")}));
  const auto nowhere = sqlite::open_sqlite({.path = folder.file("missing/records.db")});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code == base::Code::unavailable);
}

TEST_CASE("two programs share one file") {
  const Folder folder;
  const auto one = open(folder.file());
  const auto two = open(folder.file());
  const Record first = create(*one, "by one")->record;
  const Record second = create(*two, "by two")->record;
  CHECK(wait(one->get({first.id, second.id}, {.deadline = soon()}))->value == std::vector<Record>{first, second});
}

TEST_CASE("the store's tables are in write-ahead mode, and answered writes are on disk") {
  const Folder folder;
  const auto store = open(folder.file());
  create(*store, "kept");
  lite::Database other(folder.file());
  lite::Statement mode = other.prepare("PRAGMA journal_mode");
  REQUIRE(mode.step());
  CHECK(mode.text(0) == "wal");
  CHECK(ask(folder.file(), "SELECT count(*) FROM records") == 1);
}

TEST_CASE("an answer is kept for a day; then its key is free, and old rows go a few at a time") {
  const Folder folder;
  base::Micros moment = base::now();
  const auto store = open(folder.file(), [&] { return moment; });
  const Record first = create(*store, "first", {"key", "f"})->record;
  for (int i = 0; i < 30; ++i) create(*store, "filler", {"filler " + std::to_string(i), "f"});

  moment += std::chrono::hours(24) - std::chrono::seconds(1);
  CHECK(create(*store, "first", {"key", "f"})->replayed);

  moment += std::chrono::seconds(2);
  const auto second = create(*store, "second", {"key", "other"});
  REQUIRE(second);
  CHECK_FALSE(second->replayed);
  CHECK(second->record.id != first.id);
  const auto kept = ask(folder.file(), "SELECT count(*) FROM idempotency_keys");
  CHECK(kept < 31);
  CHECK(kept > 1);  // not all at once
  for (int i = 0; i < 5; ++i) create(*store, "later", {"later " + std::to_string(i), "f"});
  CHECK(ask(folder.file(), "SELECT count(*) FROM idempotency_keys") == 6);
}

TEST_CASE("a clock that steps back does not turn back a record's time of change") {
  const Folder folder;
  base::Micros moment = base::now();
  const auto store = open(folder.file(), [&] { return moment; });
  const Record made = create(*store, "t")->record;
  moment -= std::chrono::hours(1);
  const auto changed = wait(store->update({.id = made.id, .change = {.title = "u"}}, soon()));
  REQUIRE(changed);
  CHECK(changed->record.updated_at == made.updated_at);
  CHECK(changed->record.version == 2);
}

TEST_CASE("an index serves each order, so that no page is sorted by hand") {
  const Folder folder;
  REQUIRE(sqlite::migrate_sqlite(folder.file()));
  lite::Database database(folder.file());
  for (const char* const order : {"id", "created_at DESC, id DESC", "updated_at, id", "title DESC, id DESC"}) {
    lite::Statement plan = database.prepare(std::string("EXPLAIN QUERY PLAN SELECT * FROM records ORDER BY ") + order + " LIMIT 20");
    while (plan.step()) CHECK(plan.text(3).find("TEMP B-TREE") == std::string::npos);
  }
}
