// What is asked at the same time may share statements; each answer is the one it would have had alone.
#include "harness.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <random>

using namespace contract;

namespace {

using Pages = std::vector<base::Result<Answer<Page>>>;

const std::vector<std::string> owners_of(Workshop& shop) { return {shop.owner, shop.make_owner(), shop.make_owner()}; }

/// Sixty records of three owners, with titles and statuses that repeat.
std::vector<Record> fill(Workshop& shop, const std::vector<std::string>& owners, std::mt19937& random) {
  std::vector<NewRecord> drafts;
  for (int i = 0; i < 60; ++i)
    drafts.push_back({.title = "title " + std::to_string(random() % 7),
                      .owner = owners[random() % owners.size()],
                      .status = static_cast<Status>(random() % 4),
                      .description = i % 3 == 0 ? "needle" : ""});
  return shop.create_all(std::move(drafts));
}

ListQuery any_list(const std::vector<std::string>& owners, const std::vector<Record>& records, std::mt19937& random) {
  ListQuery query{.filter = {.owner = owners[random() % owners.size()]}};
  if (random() % 2) query.filter.status = static_cast<Status>(random() % 4);
  if (random() % 8 == 0) query.filter.q = "need";
  query.sort = {static_cast<SortKey>(random() % 4), random() % 2 == 0};
  query.limit = random() % 2 ? 5 : 20;
  query.count = random() % 4 != 0;
  if (random() % 3 == 0) query.after = keyset_of(records[random() % records.size()], query.sort);
  else if (random() % 2) query.skip = static_cast<std::int64_t>(random() % 30);
  return query;
}

/// What became of a write, in words that do not depend on ids.
std::string told(const base::Result<Written>& outcome) {
  if (!outcome) return std::string(base::name(outcome.error().code)) + outcome.error().reason;
  const Record& record = outcome->record;
  return record.title + "|" + std::string(name(record.status)) + "|" + record.description + "|" + std::to_string(record.version) + "|" +
         (outcome->replayed ? "again" : "first");
}

Awaitable<base::Result<Written>> create_one(Creation creation) {
  std::vector<Creation> one;
  one.push_back(std::move(creation));
  std::string unnamed;
  auto outcomes = co_await store().create(std::move(one), std::move(unnamed), soon());
  co_return std::move(outcomes.front());
}

/// The same for each workshop, whose n-th record it is about.
Awaitable<base::Result<Written>> any_write(std::mt19937 random, const std::string& owner, const std::vector<Record>& records,
                                           std::size_t n) {
  const std::string key = random() % 2 ? unique("key") : std::string();
  const std::int64_t id = random() % 8 ? records[n].id : 1'000'000'000'000;
  const std::int64_t version = random() % 8 ? 1 : 7;
  switch (random() % 3) {
    case 0:
      return create_one({.record = {.title = "new " + std::to_string(n), .owner = owner}, .idempotency = {key, "create"}});
    case 1:
      return store().update(
          {.id = id, .change = {.title = "changed " + std::to_string(n)}, .expected_versions = {version}, .idempotency = {key, "update"}},
          soon());
    default:
      return store().remove({.id = id, .expected_versions = {version}, .idempotency = {key, "remove"}}, soon());
  }
}

}  // namespace

TEST_CASE("random lists asked at the same time are answered as one by one") {
  std::mt19937 random(20261126);
  Workshop shop;
  const auto owners = owners_of(shop);
  const std::vector<Record> records = fill(shop, owners, random);
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    std::vector<ListQuery> queries;
    for (int i = 0; i < 40; ++i) queries.push_back(any_list(owners, records, random));
    std::vector<Awaitable<base::Result<Answer<Page>>>> works;
    for (const ListQuery& query : queries) works.push_back(store().list(query, shop.reading()));
    const Pages together = wait_all(std::move(works));
    for (std::size_t i = 0; i < queries.size(); ++i) {
      CAPTURE(i);
      REQUIRE(together[i]);
      const Page& page = together[i]->value;
      const Page alone = shop.list(queries[i]);
      REQUIRE(page.items == alone.items);
      REQUIRE(page.total == alone.total);
      REQUIRE(page.more == alone.more);
    }
  }
}

TEST_CASE("random writes asked at the same time end as one by one") {
  std::mt19937 random(20261127);
  for (int round = 0; round < 6; ++round) {
    CAPTURE(round);
    Workshop at_once, in_turn;
    std::vector<NewRecord> drafts(48);
    for (std::size_t i = 0; i < drafts.size(); ++i) drafts[i].title = "number " + std::to_string(i);
    const auto made_for = [&](Workshop& shop) {
      auto mine = drafts;
      for (NewRecord& draft : mine) draft.owner = shop.owner;
      return shop.create_all(std::move(mine));
    };
    const std::vector<Record> first = made_for(at_once), second = made_for(in_turn);
    std::vector<std::mt19937> dice;
    for (std::size_t i = 0; i < drafts.size(); ++i) dice.emplace_back(random());
    std::vector<Awaitable<base::Result<Written>>> works;
    for (std::size_t i = 0; i < drafts.size(); ++i) works.push_back(any_write(dice[i], at_once.owner, first, i));
    const auto together = wait_all(std::move(works));
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      const auto alone = wait(any_write(dice[i], in_turn.owner, second, i));
      REQUIRE(told(together[i]) == told(alone));
      if (together[i]) at_once.saw(together[i]->position);
      if (alone) in_turn.saw(alone->position);
    }
    const auto titles = [](const Page& page) {
      std::vector<std::string> all;
      for (const Record& record : page.items) all.push_back(record.title + "|" + std::to_string(record.version));
      std::ranges::sort(all);
      return all;
    };
    const Page left = at_once.list(at_once.mine()), right = in_turn.list(in_turn.mine());
    CHECK(titles(left) == titles(right));
    CHECK(left.total == right.total);
  }
}
