#include "records/record.hpp"

#include "support/catch.hpp"

using namespace records;
using namespace std::string_literals;

namespace {

std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<std::string> fields(const std::vector<base::FieldViolation>& problems) {
  std::vector<std::string> names;
  for (const auto& problem : problems) names.push_back(problem.field);
  return names;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("status names there and back") {
  for (const Status status : {Status::pending, Status::active, Status::done, Status::archived}) CHECK(parse_status(name(status)) == status);
  for (const char* const bad : {"", "Pending", "active ", "unknown"}) CHECK_FALSE(parse_status(bad));
}

TEST_CASE("a good record has no problems, up to its limits in characters") {
  CHECK(check(NewRecord{.title = "t", .owner = "o"}).empty());
  CHECK(check(NewRecord{.title = repeat("中", 200), .owner = repeat("\xf0\x9f\xa6\x84", 100), .description = repeat("é", 10'000)}).empty());
  CHECK(check(NewRecord{.title = "'; DROP TABLE records; --", .owner = "a\tb", .description = "line\nline"}).empty());
}

TEST_CASE("every bad field is named, each with its reason") {
  const auto problems = check(NewRecord{.title = "", .owner = " \t\r\n", .description = repeat("x", 10'001)});
  CHECK(problems == std::vector<base::FieldViolation>{{"title", "must not be blank"},
                                                      {"owner", "must not be blank"},
                                                      {"description", "must have at most 10000 characters, has 10001"}});
  CHECK(check(NewRecord{.title = repeat("中", 201), .owner = "o"}) ==
        std::vector<base::FieldViolation>{{"title", "must have at most 200 characters, has 201"}});
  CHECK(check(NewRecord{.title = "t", .owner = repeat("o", 101)}) ==
        std::vector<base::FieldViolation>{{"owner", "must have at most 100 characters, has 101"}});
  CHECK(check(NewRecord{.title = "a\0b"s, .owner = "o"}) ==
        std::vector<base::FieldViolation>{{"title", "must not contain NUL characters"}});
  CHECK(check(NewRecord{.title = "\xff", .owner = "o", .description = "\xed\xa0\x80"}) ==
        std::vector<base::FieldViolation>{{"title", "must be valid UTF-8"}, {"description", "must be valid UTF-8"}});
}

TEST_CASE("a change is checked where it says something") {
  CHECK(check(Change{}).empty());
  CHECK(check(Change{.description = ""}).empty());
  CHECK(fields(check(Change{.title = ""})) == Fields{"title"});
  CHECK(fields(check(Change{.title = "t", .owner = "", .description = "\0"s})) == Fields{"owner", "description"});
}

TEST_CASE("a filter is checked too") {
  CHECK(check(Filter{}).empty());
  CHECK(check(Filter{.status = Status::done, .owner = "o", .q = repeat("中", 200)}).empty());
  CHECK(fields(check(Filter{.owner = "", .q = ""})) == Fields{"owner", "q"});
  CHECK(fields(check(Filter{.owner = repeat("o", 101), .q = repeat("q", 201)})) == Fields{"owner", "q"});
  CHECK(fields(check(Filter{.q = "\xff"})) == Fields{"q"});
}

TEST_CASE("the place of a record in an order") {
  const Record record{.id = 7,
                      .title = "t",
                      .created_at = base::Micros(std::chrono::microseconds(5)),
                      .updated_at = base::Micros(std::chrono::microseconds(-6))};
  CHECK(keyset_of(record, {SortKey::id, false}) == Keyset{"", 7});
  CHECK(keyset_of(record, {SortKey::created_at, true}) == Keyset{"5", 7});
  CHECK(keyset_of(record, {SortKey::updated_at, true}) == Keyset{"-6", 7});
  CHECK(keyset_of(record, {SortKey::title, false}) == Keyset{"t", 7});
}
