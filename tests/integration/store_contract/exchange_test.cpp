// Import kept whole or not at all, export from one snapshot.
#include "harness.hpp"

#include "support/catch.hpp"

using namespace contract;

namespace {

std::vector<NewRecord> drafts(const Workshop& shop, int from, int count) {
  std::vector<NewRecord> all;
  for (int i = from; i < from + count; ++i)
    all.push_back({.title = "row " + std::to_string(i),
                   .owner = shop.owner,
                   .status = static_cast<Status>(i % 4),
                   .description = "中文, \"" + std::to_string(i)});
  return all;
}

std::unique_ptr<AtomicImport> begin() {
  auto import = wait(store().begin_import(soon()));
  REQUIRE(import);
  return std::move(*import);
}

void add(AtomicImport& import, std::vector<NewRecord> rows) {
  const auto added = wait(import.add(std::move(rows), soon()));
  REQUIRE(added);
}

std::unique_ptr<ExportCursor> open_export(Workshop& shop, Filter filter, Sort sort = {}) {
  auto cursor = wait(store().open_export(std::move(filter), sort, shop.reading()));
  REQUIRE(cursor);
  return std::move(*cursor);
}

/// Reads on to the end; no part is larger than asked for.
std::vector<Record> drain(ExportCursor& cursor, int most) {
  std::vector<Record> all;
  for (;;) {
    auto part = wait(cursor.next(most, soon()));
    REQUIRE(part);
    if (part->empty()) return all;
    REQUIRE(std::cmp_less_equal(part->size(), most));
    all.insert(all.end(), part->begin(), part->end());
  }
}

}  // namespace

TEST_CASE("an import is invisible until it is committed, then it is all there, in order") {
  Workshop shop;
  const auto import = begin();
  add(*import, drafts(shop, 0, 1000));
  add(*import, drafts(shop, 1000, 1000));
  add(*import, {});
  add(*import, drafts(shop, 2000, 7));
  CHECK(shop.list(shop.mine()).total == 0);
  const auto position = wait(import->commit(soon()));
  REQUIRE(position);
  shop.saw(*position);

  const auto cursor = open_export(shop, {.owner = shop.owner});
  const auto stored = drain(*cursor, 300);
  const auto expected = drafts(shop, 0, 2007);
  REQUIRE(stored.size() == expected.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    REQUIRE(stored[i].title == expected[i].title);
    REQUIRE(stored[i].status == expected[i].status);
    REQUIRE(stored[i].description == expected[i].description);
    REQUIRE(stored[i].version == 1);
  }
  CHECK(shop.list(shop.mine()).total == 2007);
  CHECK(*shop.list({.filter = {.status = Status::done, .owner = shop.owner}}).total == 502);
}

TEST_CASE("an import that is given up leaves nothing") {
  Workshop shop;
  {
    const auto import = begin();
    add(*import, drafts(shop, 0, 500));
  }
  CHECK(shop.list(shop.mine()).total == 0);
  const auto next = begin();
  add(*next, drafts(shop, 0, 3));
  const auto position = wait(next->commit(soon()));
  REQUIRE(position);
  shop.saw(*position);
  CHECK(shop.list(shop.mine()).total == 3);
}

TEST_CASE("other writes go on while an import is open, and two imports do not mix") {
  Workshop shop;
  const auto first = begin();
  const auto second = begin();
  add(*first, drafts(shop, 0, 10));
  add(*second, drafts(shop, 100, 20));
  const Record between = shop.create(shop.draft("between"));
  CHECK(shop.list(shop.mine()).items == std::vector<Record>{between});
  add(*first, drafts(shop, 10, 10));
  const auto position = wait(first->commit(soon()));
  REQUIRE(position);
  shop.saw(*position);
  CHECK(shop.list(shop.mine()).total == 21);
  const auto last = wait(second->commit(soon()));
  REQUIRE(last);
  shop.saw(*last);
  CHECK(shop.list(shop.mine()).total == 41);
}

TEST_CASE("an export gives what a list gives, in the same order, for every sort") {
  Workshop shop;
  std::vector<NewRecord> rows = drafts(shop, 0, 60);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i].title = "title " + std::to_string(i * 7 % 10);
  shop.create_all(rows);
  for (const SortKey key : {SortKey::id, SortKey::created_at, SortKey::updated_at, SortKey::title}) {
    for (const bool descending : {false, true}) {
      const Sort sort{key, descending};
      for (const Filter& filter : {Filter{.owner = shop.owner}, Filter{.status = Status::active, .owner = shop.owner},
                                   Filter{.owner = shop.owner, .q = "TITLE 3"}}) {
        const Page page = shop.list({.filter = filter, .sort = sort, .limit = limits::page});
        REQUIRE_FALSE(page.items.empty());
        const auto cursor = open_export(shop, filter, sort);
        CHECK(drain(*cursor, 7) == page.items);
      }
    }
  }
}

TEST_CASE("an export of nothing ends at once, and stays ended") {
  Workshop shop;
  const auto cursor = open_export(shop, {.owner = shop.owner});
  CHECK(drain(*cursor, 10).empty());
  CHECK(drain(*cursor, 10).empty());
}

TEST_CASE("an export shows the moment it was opened, whatever is written meanwhile") {
  Workshop shop;
  const auto made = shop.create_all(drafts(shop, 0, 50));
  const auto cursor = open_export(shop, {.owner = shop.owner}, {SortKey::title, false});
  const bool begun = GENERATE(false, true);  // writes come before the first part, or between parts
  std::vector<Record> all;
  if (begun) {
    auto part = wait(cursor->next(5, soon()));
    REQUIRE(part);
    REQUIRE(part->size() == 5);
    all = std::move(*part);
  }

  shop.create_all(drafts(shop, 50, 20));
  for (std::size_t i = 0; i < made.size(); i += 2) shop.change(made[i].id, {.title = "changed", .status = Status::archived});
  for (std::size_t i = 1; i < made.size(); i += 4) shop.remove(made[i].id);

  const auto rest = drain(*cursor, 9);
  all.insert(all.end(), rest.begin(), rest.end());
  std::ranges::sort(all, {}, &Record::id);
  CHECK(all == made);
}

TEST_CASE("exports run side by side, and one that is given up does no harm") {
  Workshop shop;
  const auto made = shop.create_all(drafts(shop, 0, 20));
  auto given_up = open_export(shop, {.owner = shop.owner});
  const auto first = open_export(shop, {.owner = shop.owner});
  REQUIRE(wait(given_up->next(3, soon())));
  const auto second = open_export(shop, {.owner = shop.owner}, {SortKey::id, true});
  REQUIRE(wait(first->next(3, soon())));
  given_up.reset();
  CHECK(drain(*second, 6).size() == 20);
  CHECK(drain(*first, 6).size() == 17);
  shop.create(shop.draft());
  CHECK(shop.list(shop.mine()).total == 21);
}
