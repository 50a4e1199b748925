// A key makes a write happen once, whatever happens to the record or to the caller afterwards.
#include "harness.hpp"

#include "support/catch.hpp"

#include <set>

using namespace contract;

namespace {

void check_reused(const base::Result<Written>& outcome) {
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::invalid_argument);
  CHECK(outcome.error().reason == base::reason::idempotency_key_reused);
  REQUIRE(outcome.error().fields.size() == 1);
  CHECK(outcome.error().fields[0].field == "idempotency_key");
}

}  // namespace

TEST_CASE("a create with the same key and request is answered with the first answer") {
  Workshop shop;
  const std::string key = unique("key");
  const Written first = shop.create_with_key(shop.draft("once"), key);
  CHECK_FALSE(first.replayed);
  const Written again = shop.create_with_key(shop.draft("once"), key);
  CHECK(again.replayed);
  CHECK(again.record == first.record);
  CHECK(again.position.lsn >= first.position.lsn);
  CHECK_FALSE(again.served_by.empty());
  CHECK(shop.list(shop.mine()).total == 1);
}

TEST_CASE("the first answer stays, also when the record has changed or gone") {
  Workshop shop;
  const std::string key = unique("key");
  const Record first = shop.create_with_key(shop.draft("as it was"), key).record;
  shop.change(first.id, {.title = "changed"});
  const Written after_change = shop.create_with_key(shop.draft("as it was"), key);
  CHECK(after_change.replayed);
  CHECK(after_change.record == first);
  shop.remove(first.id);
  const Written after_removal = shop.create_with_key(shop.draft("as it was"), key);
  CHECK(after_removal.replayed);
  CHECK(after_removal.record == first);
  CHECK(shop.list(shop.mine()).total == 0);
}

TEST_CASE("the same key with another request is refused and changes nothing") {
  Workshop shop;
  const std::string key = unique("key");
  const Record made = shop.create_with_key(shop.draft("first"), key, "create first").record;
  check_reused(shop.try_create({.record = shop.draft("second"), .idempotency = {key, "create second"}}));
  check_reused(shop.try_update({.id = made.id, .change = {.title = "x"}, .idempotency = {key, "update"}}));
  check_reused(shop.try_remove({.id = made.id, .idempotency = {key, "remove"}}));
  CHECK(shop.list(shop.mine()).items == std::vector<Record>{made});
}

TEST_CASE("an update and a removal with a key happen once") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  const Update update{.id = made.id, .change = {.title = "changed"}, .expected_versions = {1}, .idempotency = {unique("key"), "u"}};
  const auto first = shop.try_update(update);
  REQUIRE(first);
  CHECK(first->record.version == 2);
  // The version no longer matches, but the change is known to be made.
  const auto again = shop.try_update(update);
  REQUIRE(again);
  CHECK(again->replayed);
  CHECK(again->record == first->record);

  const Deletion deletion{.id = made.id, .expected_versions = {2}, .idempotency = {unique("key"), "d"}};
  const auto gone = shop.try_remove(deletion);
  REQUIRE(gone);
  CHECK_FALSE(gone->replayed);
  const auto gone_again = shop.try_remove(deletion);
  REQUIRE(gone_again);
  CHECK(gone_again->replayed);
  CHECK(gone_again->record == Record{});

  const auto update_of_gone = shop.try_update(update);
  REQUIRE(update_of_gone);
  CHECK(update_of_gone->replayed);
  CHECK(update_of_gone->record == first->record);
}

TEST_CASE("a refused write leaves its key free") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  const std::string key = unique("key");
  REQUIRE_FALSE(shop.try_update({.id = made.id, .change = {.title = "x"}, .expected_versions = {9}, .idempotency = {key, "first"}}));
  const auto second = shop.try_update({.id = made.id, .change = {.title = "y"}, .idempotency = {key, "second"}});
  REQUIRE(second);
  CHECK_FALSE(second->replayed);
  CHECK(second->record.title == "y");
}

TEST_CASE("without a key every create is a new record") {
  Workshop shop;
  shop.create(shop.draft());
  shop.create(shop.draft());
  CHECK(shop.list(shop.mine()).total == 2);
}

TEST_CASE("keys are compared exactly, up to the longest") {
  Workshop shop;
  const std::string stem = unique("key");
  const std::string longest = stem + std::string(limits::idempotency_key - stem.size(), 'x');
  std::set<std::int64_t> ids;
  for (const std::string& key : {stem, stem + " ", stem + "'", stem + "%", "K" + stem.substr(1), longest})
    ids.insert(shop.create_with_key(shop.draft(), key).record.id);
  CHECK(ids.size() == 6);
  CHECK(shop.create_with_key(shop.draft(), longest).replayed);
}

TEST_CASE("of many concurrent creates with one key exactly one makes a record") {
  Workshop shop;
  const std::string key = unique("key");
  std::vector<Awaitable<std::vector<base::Result<Written>>>> calls;
  for (int i = 0; i < 20; ++i)
    calls.push_back(store().create(std::vector<Creation>{{.record = shop.draft("once"), .idempotency = {key, "f"}}}, {}, soon()));
  int made = 0;
  std::set<std::int64_t> ids;
  for (const auto& outcomes : wait_all(std::move(calls))) {
    REQUIRE(outcomes.size() == 1);
    REQUIRE(outcomes[0]);
    made += outcomes[0]->replayed ? 0 : 1;
    ids.insert(outcomes[0]->record.id);
    shop.saw(outcomes[0]->position);
  }
  CHECK(made == 1);
  CHECK(ids.size() == 1);
  CHECK(shop.list(shop.mine()).total == 1);
}

TEST_CASE("one key twice in one batch makes one record") {
  Workshop shop;
  const std::string key = unique("key");
  std::vector<Creation> batch(2, Creation{.record = shop.draft("once"), .idempotency = {key, "f"}});
  const auto outcomes = shop.try_create_all(std::move(batch));
  REQUIRE(outcomes.size() == 2);
  REQUIRE(outcomes[0]);
  REQUIRE(outcomes[1]);
  CHECK(outcomes[0]->replayed + outcomes[1]->replayed == 1);
  CHECK(outcomes[0]->record == outcomes[1]->record);
  CHECK(shop.list(shop.mine()).total == 1);
}

TEST_CASE("creations without keys are carried out once under their name") {
  Workshop shop;
  const std::string name = unique("name");
  const auto ask = [&](std::vector<std::uint32_t> places) {
    std::vector<Creation> creations;
    for (const std::uint32_t place : places) creations.push_back({.record = shop.draft("number " + std::to_string(place)), .place = place});
    std::vector<Record> records;
    for (auto& outcome : shop.try_create_all(std::move(creations), name)) {
      REQUIRE(outcome);
      records.push_back(outcome->record);
    }
    return records;
  };
  const std::vector<Record> first = ask({0, 2, 5});
  CHECK(ask({2}) == std::vector<Record>{first[1]});
  const std::vector<Record> more = ask({5, 7, 0, 9});
  CHECK(more[0] == first[2]);
  CHECK(more[1].title == "number 7");
  CHECK(more[2] == first[0]);
  CHECK(ask({9, 7}) == std::vector<Record>{more[3], more[1]});
  CHECK(shop.list(shop.mine()).total == 5);
}

TEST_CASE("of many concurrent creations of one name and place exactly one makes a record") {
  Workshop shop;
  const std::string name = unique("name");
  std::vector<Awaitable<std::vector<base::Result<Written>>>> calls;
  for (std::uint32_t i = 0; i < 20; ++i) {
    // Each asks for the third and for one of its own.
    std::vector<Creation> two{{.record = shop.draft("third"), .place = 3}, {.record = shop.draft("own"), .place = 10 + i}};
    calls.push_back(store().create(std::move(two), name, soon()));
  }
  std::set<std::int64_t> thirds, all;
  for (const auto& outcomes : wait_all(std::move(calls))) {
    REQUIRE(outcomes.size() == 2);
    REQUIRE(outcomes[0]);
    REQUIRE(outcomes[1]);
    thirds.insert(outcomes[0]->record.id);
    all.insert({outcomes[0]->record.id, outcomes[1]->record.id});
    shop.saw(outcomes[1]->position);
  }
  CHECK(thirds.size() == 1);
  CHECK(all.size() == 21);
  CHECK(shop.list(shop.mine()).total == 21);
}
