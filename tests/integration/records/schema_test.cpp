// `migrate` and `demo` on a SQLite file.
#include "program.hpp"

#include "support/catch.hpp"

#include <set>

namespace {

records::Page newest(const std::string& path) {
  const auto store = open(path);
  auto page = wait(store->list({.sort = {records::SortKey::id, true}, .limit = records::limits::page}, {.deadline = soon()}));
  REQUIRE(page);
  return std::move(page->value);
}

}  // namespace

TEST_CASE("migrate makes the schema, and does nothing the second time") {
  const Folder folder;
  const Settings settings{{"DATABASE_URL", "sqlite:///records.db"}};
  CHECK(run_in(folder, {"migrate"}, settings).code == 0);
  create(*open(folder.file()), "kept");
  CHECK(run_in(folder, {"migrate"}, settings).code == 0);
  CHECK(newest(folder.file()).total == 1);
}

TEST_CASE("many that migrate a new file side by side all succeed") {
  const Folder folder;
  const Settings settings{{"DATABASE_URL", "sqlite:///records.db"}};
  std::vector<std::unique_ptr<Program>> programs;
  for (int i = 0; i < 6; ++i) programs.push_back(std::make_unique<Program>(folder, Arguments{"migrate"}, settings));
  for (const auto& program : programs) {
    CHECK(program->wait() == 0);
    log_lines(program->err);
  }
  CHECK(newest(folder.file()).total == 0);
}

TEST_CASE("demo stores exactly so many different records, shows how far it is, and ends") {
  for (const std::int64_t count : {1, 1000, 2345}) {
    const Folder folder;
    const Ended ended = run_in(folder, {"--database-url=sqlite:///records.db", "demo", std::to_string(count)});
    CHECK(ended.code == 0);
    const std::string number = std::to_string(count);
    CHECK(ended.err.ends_with("demo records: " + number + " of " + number + " (100 %)\n"));
    if (count > 1000) CHECK(ended.err.find("demo records: 1000 of " + number + " (42 %)") != std::string::npos);
    const records::Page page = newest(folder.file());
    CHECK(page.total == count);
    std::set<std::string> titles, owners;
    for (const auto& record : page.items) {
      titles.insert(record.title);
      owners.insert(record.owner);
      records::NewRecord given{record.title, record.owner, record.status, record.description};
      CHECK(records::check(given).empty());
    }
    CHECK(titles.size() == page.items.size());
    CHECK((count == 1 || owners.size() > 10));
  }
}

TEST_CASE("demo adds to what is there") {
  const Folder folder;
  for (int i = 0; i < 2; ++i) CHECK(run_in(folder, {"--database-url=sqlite:///records.db", "demo", "30"}).code == 0);
  CHECK(newest(folder.file()).total == 60);
}
