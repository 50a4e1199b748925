// Lists: every filter with every sort and every way of paging gives what a model in memory gives.
#include "harness.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <set>

using namespace contract;

namespace {

bool holds(const Record& record, const Filter& filter, const std::string& token) {
  if (filter.status && record.status != *filter.status) return false;
  if (filter.owner && record.owner != *filter.owner) return false;
  // The model's texts hold the token in lower case or not at all.
  return !filter.q || record.title.find(token) != std::string::npos || record.description.find(token) != std::string::npos;
}

bool precedes(const Record& a, const Record& b, Sort sort) {
  const Record& first = sort.descending ? b : a;
  const Record& second = sort.descending ? a : b;
  switch (sort.key) {
    case SortKey::title:
      return std::tie(first.title, first.id) < std::tie(second.title, second.id);
    case SortKey::created_at:
      return std::tie(first.created_at, first.id) < std::tie(second.created_at, second.id);
    case SortKey::updated_at:
      return std::tie(first.updated_at, first.id) < std::tie(second.updated_at, second.id);
    case SortKey::id:
      break;
  }
  return first.id < second.id;
}

std::vector<Record> model(std::vector<Record> records, const Filter& filter, const std::string& token, Sort sort) {
  std::erase_if(records, [&](const Record& record) { return !holds(record, filter, token); });
  std::ranges::sort(records, [&](const Record& a, const Record& b) { return precedes(a, b, sort); });
  return records;
}

std::vector<Record> walk_by_skip(Workshop& shop, const Filter& filter, Sort sort, int limit, std::int64_t total) {
  std::vector<Record> all;
  for (std::int64_t skip = 0;; skip += limit) {
    const Page page = shop.list({.filter = filter, .sort = sort, .skip = skip, .limit = limit});
    CHECK(page.total == total);
    CHECK(page.more == (skip + limit < total));
    all.insert(all.end(), page.items.begin(), page.items.end());
    if (!page.more) return all;
    REQUIRE(std::cmp_equal(page.items.size(), limit));
  }
}

std::vector<Record> walk_by_keyset(Workshop& shop, const Filter& filter, Sort sort, int limit, std::int64_t total) {
  std::vector<Record> all;
  std::optional<Keyset> after;
  for (;;) {
    const Page page = shop.list({.filter = filter, .sort = sort, .limit = limit, .after = after});
    CHECK(page.total == total);
    all.insert(all.end(), page.items.begin(), page.items.end());
    if (!page.more) return all;
    REQUIRE(std::cmp_equal(page.items.size(), limit));
    // As a client sees it: through the token.
    const std::string token = encode_page_token(keyset_of(page.items.back(), sort), filter, sort);
    auto decoded = decode_page_token(token, filter, sort);
    REQUIRE(decoded);
    after = *decoded;
  }
}

/// 50 records of two owners with ties in every sort key.
struct Sample {
  Workshop shop;
  std::string other = shop.make_owner();
  std::string token = unique("token");
  std::vector<Record> records;

  Sample() {
    const std::vector<std::string> titles{"apple", "Apple",   "zebra", "äpfel", "中文", "apple", "\xf0\x9f\xa6\x84 unicorn",
                                          "Zebra", "item 10", "item 9"};
    for (int batch = 0; batch < 5; ++batch) {
      std::vector<NewRecord> drafts;
      for (int i = 0; i < 10; ++i) {
        const int n = batch * 10 + i;
        drafts.push_back({.title = titles[static_cast<std::size_t>(n * 3 % 10)] + (n % 4 == 1 ? " " + token : ""),
                          .owner = n % 3 == 0 ? other : shop.owner,
                          .status = static_cast<Status>(n % 4),
                          .description = n % 5 == 0 ? "has " + token + " inside" : ""});
      }
      for (Record& record : shop.create_all(std::move(drafts))) records.push_back(std::move(record));
    }
    for (std::size_t i = 0; i < records.size(); i += 7) records[i] = shop.change(records[i].id, {});
  }
};

const std::vector<Sort> all_sorts{{SortKey::id, false},        {SortKey::id, true},          {SortKey::created_at, false},
                                  {SortKey::created_at, true}, {SortKey::updated_at, false}, {SortKey::updated_at, true},
                                  {SortKey::title, false},     {SortKey::title, true}};

}  // namespace

TEST_CASE("every filter with every sort, walked by skip and by keyset, gives the model's list") {
  Sample sample;
  // Each has at least the owner or the token, so that other rows of the database do not count.
  const std::vector<Filter> filters{
      {.owner = sample.shop.owner},
      {.status = Status::active, .owner = sample.shop.owner},
      {.q = sample.token},
      {.status = Status::done, .q = sample.token},
      {.owner = sample.other, .q = sample.token},
      {.status = Status::pending, .owner = sample.other, .q = sample.token},
  };
  for (const Filter& filter : filters) {
    for (const Sort sort : all_sorts) {
      CAPTURE(filter.status.has_value(), filter.owner.has_value(), filter.q.has_value(), static_cast<int>(sort.key), sort.descending);
      const auto expected = model(sample.records, filter, sample.token, sort);
      const auto total = static_cast<std::int64_t>(expected.size());
      REQUIRE(total > 0);
      const Page whole = sample.shop.list({.filter = filter, .sort = sort, .limit = limits::page});
      REQUIRE(whole.items == expected);
      CHECK(whole.total == total);
      CHECK_FALSE(whole.more);
      for (const int limit : {1, 3, 7}) {
        if (limit == 1 && total > 12) continue;  // one by one: only the short lists
        REQUIRE(walk_by_skip(sample.shop, filter, sort, limit, total) == expected);
        REQUIRE(walk_by_keyset(sample.shop, filter, sort, limit, total) == expected);
      }
    }
  }
}

TEST_CASE("without a filter, and by status alone, all rows of the database count") {
  Workshop shop;
  const auto total_of = [&](Filter filter) { return *shop.list({.filter = std::move(filter), .limit = 1}).total; };
  const auto all = total_of({});
  const auto archived = total_of({.status = Status::archived});
  const auto made = shop.create_all({{"a", shop.owner, Status::archived, ""}, {"b", shop.owner, Status::pending, ""}});
  CHECK(total_of({}) == all + 2);
  CHECK(total_of({.status = Status::archived}) == archived + 1);
  const Page newest = shop.list({.sort = {SortKey::id, true}, .limit = 2});
  CHECK(newest.items == std::vector<Record>{made[1], made[0]});
  const Page newest_archived = shop.list({.filter = {.status = Status::archived}, .sort = {SortKey::id, true}, .limit = 1});
  CHECK(newest_archived.items == std::vector<Record>{made[0]});
}

TEST_CASE("a page's edges") {
  Workshop shop;
  std::vector<NewRecord> drafts(5, shop.draft());
  const auto made = shop.create_all(drafts);
  const auto page = [&](std::int64_t skip, int limit) {
    return shop.list({.filter = {.owner = shop.owner}, .skip = skip, .limit = limit});
  };
  CHECK(page(0, 5).items == made);
  CHECK_FALSE(page(0, 5).more);
  CHECK(page(0, 4).more);
  CHECK(page(4, 4).items == std::vector<Record>{made[4]});
  CHECK(page(5, 4).items.empty());
  CHECK(page(5, 4).total == 5);
  CHECK(page(1'000'000'000'000, 200).items.empty());
  CHECK(page(1'000'000'000'000, 200).total == 5);
  const Page none = shop.list({.filter = {.owner = shop.owner + "-nobody"}});
  CHECK(none.items.empty());
  CHECK(none.total == 0);
  CHECK_FALSE(none.more);
}

TEST_CASE("a full page of 200 among 201") {
  Workshop shop;
  const auto made = shop.create_all(std::vector<NewRecord>(201, shop.draft()));
  const Page first = shop.list(shop.mine());
  CHECK(first.items.size() == 200);
  CHECK(first.more);
  CHECK(first.total == 201);
}

TEST_CASE("without counting there is no total, and the rest is the same") {
  Workshop shop;
  shop.create_all(std::vector<NewRecord>(3, shop.draft()));
  ListQuery query = shop.mine({}, 2);
  const Page counted = shop.list(query);
  query.count = false;
  const Page uncounted = shop.list(query);
  CHECK(counted.total == 3);
  CHECK_FALSE(uncounted.total.has_value());
  CHECK(uncounted.items == counted.items);
  CHECK(uncounted.more);
}

TEST_CASE("totals follow every write") {
  Workshop shop;
  const std::string other = shop.make_owner();
  const auto total = [&](std::optional<Status> status, const std::string& owner) {
    return *shop.list({.filter = {.status = status, .owner = owner}, .limit = 1}).total;
  };
  const auto made = shop.create_all(
      {{"a", shop.owner, Status::pending, ""}, {"b", shop.owner, Status::pending, ""}, {"c", shop.owner, Status::done, ""}});
  CHECK(total({}, shop.owner) == 3);
  CHECK(total(Status::pending, shop.owner) == 2);
  shop.change(made[0].id, {.status = Status::active});
  CHECK(total(Status::pending, shop.owner) == 1);
  CHECK(total(Status::active, shop.owner) == 1);
  shop.change(made[0].id, {.owner = other});
  CHECK(total({}, shop.owner) == 2);
  CHECK(total(Status::active, other) == 1);
  shop.change(made[1].id, {.title = "no matter"});
  CHECK(total(Status::pending, shop.owner) == 1);
  shop.remove(made[2].id);
  CHECK(total({}, shop.owner) == 1);
  CHECK(total(Status::done, shop.owner) == 0);
  shop.try_remove({.id = made[2].id});
  CHECK(total({}, shop.owner) == 1);
}

TEST_CASE("keyset pages neither repeat nor miss a record when others come and go between them") {
  Workshop shop;
  for (const Sort sort : all_sorts) {
    CAPTURE(static_cast<int>(sort.key), sort.descending);
    std::vector<NewRecord> drafts;
    for (int i = 0; i < 12; ++i) drafts.push_back(shop.draft("title " + std::string(1, static_cast<char>('c' + i / 2))));
    const auto made = shop.create_all(drafts);
    const auto expected = model(made, {}, {}, sort);

    ListQuery query = shop.mine(sort, 4);
    Page page = shop.list(query);
    REQUIRE(page.items == std::vector<Record>(expected.begin(), expected.begin() + 4));
    query.after = keyset_of(page.items.back(), sort);
    // Before, at and behind the place in title order; the newest in all others. And the record the keyset names goes.
    const auto inserted = shop.create_all({shop.draft("a"), shop.draft("title d"), shop.draft("z")});
    shop.remove(page.items.back().id);

    std::set<std::int64_t> seen;
    for (;;) {
      page = shop.list(query);
      for (const Record& record : page.items) REQUIRE(seen.insert(record.id).second);
      if (!page.more) break;
      query.after = keyset_of(page.items.back(), sort);
    }
    for (std::size_t i = 4; i < expected.size(); ++i) CHECK(seen.contains(expected[i].id));
    for (std::size_t i = 0; i < 4; ++i) CHECK_FALSE(seen.contains(expected[i].id));
    for (const Record& record : inserted) CHECK(seen.contains(record.id) == precedes(expected[3], record, sort));

    for (const Record& record : made) shop.try_remove({.id = record.id});
    for (const Record& record : inserted) shop.remove(record.id);
  }
}
