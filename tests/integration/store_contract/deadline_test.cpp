// A deadline that has passed stops every call before it changes anything.
#include "harness.hpp"

#include "support/catch.hpp"

using namespace contract;

namespace {

template <class T>
void check_late(const base::Result<T>& outcome) {
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == base::Code::deadline_exceeded);
}

}  // namespace

TEST_CASE("every call whose deadline has passed answers DEADLINE_EXCEEDED and changes nothing") {
  Workshop shop;
  const Record made = shop.create(shop.draft("stays"));
  ReadOptions late = shop.reading();
  late.deadline = past();

  check_late(wait(store().list(shop.mine(), late)));
  check_late(wait(store().get({made.id}, late)));
  check_late(wait(store().open_export({.owner = shop.owner}, {}, late)));
  check_late(wait(store().update({.id = made.id, .change = {.title = "never"}}, past())));
  check_late(wait(store().remove({.id = made.id}, past())));
  check_late(wait(store().begin_import(past())));
  const auto created = wait(store().create(std::vector<Creation>(3, Creation{.record = shop.draft("never")}), {}, past()));
  REQUIRE(created.size() == 3);
  for (const auto& outcome : created) check_late(outcome);

  CHECK(shop.list(shop.mine()).items == std::vector<Record>{made});
}

TEST_CASE("parts of an import and of an export observe their deadlines") {
  Workshop shop;
  shop.create(shop.draft("stays"));
  auto import = wait(store().begin_import(soon()));
  REQUIRE(import);
  check_late(wait((*import)->add(std::vector<NewRecord>(2, shop.draft("never")), past())));
  check_late(wait((*import)->commit(past())));
  import->reset();
  auto cursor = wait(store().open_export({.owner = shop.owner}, {}, shop.reading()));
  REQUIRE(cursor);
  check_late(wait((*cursor)->next(10, past())));
  cursor->reset();
  CHECK(shop.list(shop.mine()).total == 1);
}
