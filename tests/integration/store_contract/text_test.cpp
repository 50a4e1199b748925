// Text goes in and out byte by byte, is searched for literally, and is never taken for SQL.
#include "harness.hpp"

#include "support/catch.hpp"

using namespace contract;

namespace {

std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::vector<std::string> found_by(Workshop& shop, const std::string& q) {
  std::vector<std::string> titles;
  for (const Record& record : shop.list({.filter = {.owner = shop.owner, .q = q}, .limit = limits::page}).items)
    titles.push_back(record.title);
  return titles;
}

using Titles = std::vector<std::string>;

}  // namespace

TEST_CASE("any text comes back byte by byte") {
  Workshop shop;
  const std::string owner = shop.owner;
  const Titles texts{
      "中文标题",
      "\xf0\x9f\xa6\x84\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb emoji",
      "e\xcc\x81 combining, \xc3\xa9 composed",
      "עברית العربية",
      "it's \"quoted\" `so` \\and\\ so",
      "'; DROP TABLE records; --",
      "$1 :title ?1 @x %s {0} \\x00 \\n",
      "100% _under_ [a-z] * ?",
      "tab\there\r\nand a line",
      "NULL",
      "\x01\x1f\x7f",
      "\xef\xbf\xbd\xf4\x8f\xbf\xbf",
      "  blanks around  ",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    const Record made = shop.create({.title = text, .owner = owner, .description = text});
    CHECK(made.title == text);
    const Record read = shop.get_one(made.id);
    CHECK(read.title == text);
    CHECK(read.description == text);
    const Record changed = shop.change(made.id, {.title = text + "!", .description = text + "?"});
    CHECK(changed.title == text + "!");
    CHECK(shop.get_one(made.id).description == text + "?");
    shop.remove(made.id);
  }
}

TEST_CASE("an owner is compared whole and exactly") {
  Workshop shop;
  const std::string tricky = shop.make_owner() + "' OR '1'='1";
  const Record made = shop.create({.title = "t", .owner = tricky});
  const auto total = [&](const std::string& owner) { return *shop.list({.filter = {.owner = owner}}).total; };
  CHECK(total(tricky) == 1);
  CHECK(total(tricky.substr(0, tricky.size() - 1)) == 0);
  CHECK(total(tricky + " ") == 0);
  CHECK(total("' OR '1'='1") == 0);
  std::string upper = tricky;
  upper[0] = 'C';
  CHECK(total(upper) == 0);
  shop.remove(made.id);
}

TEST_CASE("limits are counted in characters, and the longest fits") {
  Workshop shop;
  const std::string unicorn = "\xf0\x9f\xa6\x84";
  NewRecord draft{.title = repeat(unicorn, limits::title), .owner = {}, .description = repeat(unicorn, limits::description)};
  draft.owner = shop.make_owner();
  CHECK(check(draft).empty());
  const Record made = shop.create(draft);
  CHECK(made.title == draft.title);
  CHECK(made.description == draft.description);
  CHECK(shop.get_one(made.id) == made);

  NewRecord wide{.title = "x", .owner = repeat("中", limits::owner)};
  const Record of_wide = shop.create(wide);
  CHECK(of_wide.owner == wide.owner);
  shop.remove(of_wide.id);

  const Page page =
      shop.list({.filter = {.owner = draft.owner, .q = repeat(unicorn, limits::query_text)}, .sort = {SortKey::title, false}});
  CHECK(page.total == 1);
  CHECK(shop.list({.filter = {.owner = draft.owner}, .sort = {SortKey::title, false}, .after = keyset_of(made, {SortKey::title, false})})
            .items.empty());
}

TEST_CASE("q is found in title or description, letter case ignored") {
  Workshop shop;
  shop.create({.title = "Quarterly Report", .owner = shop.owner});
  shop.create({.title = "other", .owner = shop.owner, .description = "see the quarterly figures"});
  shop.create({.title = "neither", .owner = shop.owner, .description = "quarter"});
  CHECK(found_by(shop, "quarterly") == Titles{"Quarterly Report", "other"});
  CHECK(found_by(shop, "QUARTERLY") == Titles{"Quarterly Report", "other"});
  CHECK(found_by(shop, "uarterl") == Titles{"Quarterly Report", "other"});
  CHECK(found_by(shop, "quarter") == Titles{"Quarterly Report", "other", "neither"});
  CHECK(found_by(shop, "report quarterly").empty());
  CHECK(found_by(shop, " ") == Titles{"Quarterly Report", "other"});
}

TEST_CASE("letter case is ignored in other scripts too") {
  Workshop shop;
  shop.create(shop.draft("Ärger mit ÖL"));
  shop.create(shop.draft("ДОКУМЕНТ"));
  shop.create(shop.draft("Αθήνα"));
  shop.create(shop.draft("数据库"));
  CHECK(found_by(shop, "ärger") == Titles{"Ärger mit ÖL"});
  CHECK(found_by(shop, "öl") == Titles{"Ärger mit ÖL"});
  CHECK(found_by(shop, "документ") == Titles{"ДОКУМЕНТ"});
  CHECK(found_by(shop, "ΑΘΉΝΑ") == Titles{"Αθήνα"});
  CHECK(found_by(shop, "据") == Titles{"数据库"});
}

TEST_CASE("wildcards, quotes and backslashes in q mean themselves") {
  Workshop shop;
  const Titles titles{"100% done", "100 done", "snake_case", "snakeXcase", "back\\slash", "it's", "a*b?c[d]"};
  for (const std::string& title : titles) shop.create(shop.draft(title));
  CHECK(found_by(shop, "%") == Titles{"100% done"});
  CHECK(found_by(shop, "100%") == Titles{"100% done"});
  CHECK(found_by(shop, "_") == Titles{"snake_case"});
  CHECK(found_by(shop, "e_c") == Titles{"snake_case"});
  CHECK(found_by(shop, "\\") == Titles{"back\\slash"});
  CHECK(found_by(shop, "\\%").empty());
  CHECK(found_by(shop, "k\\s") == Titles{"back\\slash"});
  CHECK(found_by(shop, "'") == Titles{"it's"});
  CHECK(found_by(shop, "*b?") == Titles{"a*b?c[d]"});
  CHECK(found_by(shop, "[d]") == Titles{"a*b?c[d]"});
  CHECK(found_by(shop, "'; DROP TABLE records; --").empty());
  CHECK(shop.list(shop.mine()).total == 7);
}

TEST_CASE("titles sort by code point") {
  Workshop shop;
  // In this order: digits, capitals, small letters, beyond ASCII, beyond the basic plane.
  const Titles ordered{"10", "9", "B", "Z", "a", "a b", "a-b", "ab", "z", "\xc3\xa4", "\xe4\xb8\xad", "\xef\xbf\xbd", "\xf0\x9f\xa6\x84"};
  for (std::size_t i = 0; i < ordered.size(); ++i) shop.create(shop.draft(ordered[i * 5 % ordered.size()]));
  const auto titles = [&](bool descending) {
    Titles all;
    for (const Record& record : shop.list(shop.mine({SortKey::title, descending})).items) all.push_back(record.title);
    return all;
  };
  CHECK(titles(false) == ordered);
  CHECK(titles(true) == Titles(ordered.rbegin(), ordered.rend()));
}
