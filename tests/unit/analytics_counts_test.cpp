#include "analytics/counts.hpp"

#include "support/catch.hpp"

using namespace analytics;

namespace {

using Owners = std::vector<OwnerCount>;

}  // namespace

TEST_CASE("status numbers add up to the total, an unknown status is told") {
  Counts counts;
  CHECK(add_status(counts, "done", 3));
  CHECK(add_status(counts, "pending", 2));
  CHECK_FALSE(add_status(counts, "unheard", 7));
  CHECK(counts.total == 5);
  CHECK(counts.by_status == std::array<std::int64_t, 4>{2, 0, 3, 0});
}

TEST_CASE("owners: most first, then by name in code point order") {
  Counts counts{.owners = {{"b", 1}, {"中", 5}, {"a", 1}, {"Z", 1}, {"x", 9}, {"é", 1}}};
  sort_owners(counts);
  CHECK(counts.owners == Owners{{"x", 9}, {"中", 5}, {"Z", 1}, {"a", 1}, {"b", 1}, {"é", 1}});
}

TEST_CASE("shortened keeps the first owners and says how many records the others have") {
  const Counts counts{.total = 10, .by_status = {10, 0, 0, 0}, .owners = {{"a", 4}, {"b", 3}, {"c", 2}}, .owners_total = 4};
  CHECK(counts.other_owners_count() == 1);
  const Counts two = shortened(counts, 2);
  CHECK(two.owners == Owners{{"a", 4}, {"b", 3}});
  CHECK(two.other_owners_count() == 3);
  CHECK(two.owners_total == 4);
  CHECK(two.total == 10);
  CHECK(same_figures(shortened(counts, 99), counts));
}

TEST_CASE("figures are the same when only the moment differs") {
  const Counts one{.total = 1, .by_status = {1, 0, 0, 0}, .owners = {{"a", 1}}, .owners_total = 1};
  Counts other = one;
  other.as_of = base::now();
  CHECK(same_figures(one, other));
  other = one, other.total = 2;
  CHECK_FALSE(same_figures(one, other));
  other = one, other.by_status = {0, 1, 0, 0};
  CHECK_FALSE(same_figures(one, other));
  other = one, other.owners[0].owner = "b";
  CHECK_FALSE(same_figures(one, other));
  other = one, other.owners_total = 2;
  CHECK_FALSE(same_figures(one, other));
}
