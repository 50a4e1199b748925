// One record's life: create, read, change, remove, and the versions that guard it.
#include "harness.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace contract;
using base::Code;

TEST_CASE("a created record comes back as it was given") {
  Workshop shop;
  const auto before = base::now() - std::chrono::minutes(5);
  const NewRecord draft{.title = "Renew the certificate", .owner = shop.owner, .status = Status::active, .description = "before\nFriday"};
  const Record made = shop.create(draft);
  CHECK(made.id >= 1);
  CHECK(made.title == draft.title);
  CHECK(made.owner == draft.owner);
  CHECK(made.status == Status::active);
  CHECK(made.description == draft.description);
  CHECK(made.version == 1);
  CHECK(made.created_at == made.updated_at);
  CHECK(made.created_at > before);
  CHECK(made.created_at < base::now() + std::chrono::minutes(5));
  CHECK(shop.get_one(made.id) == made);
}

TEST_CASE("ids rise and are never given twice") {
  Workshop shop;
  const Record first = shop.create(shop.draft());
  const Record second = shop.create(shop.draft());
  CHECK(second.id > first.id);
  shop.remove(second.id);
  CHECK(shop.create(shop.draft()).id > second.id);
}

TEST_CASE("get answers those that exist and leaves the others out") {
  Workshop shop;
  const auto made = shop.create_all({shop.draft("one"), shop.draft("two"), shop.draft("three")});
  shop.remove(made[1].id);
  CHECK(shop.get({made[2].id, made[1].id, made[0].id}) == std::vector<Record>{made[0], made[2]});
  CHECK(shop.get({made[1].id}).empty());
  CHECK(shop.get({0, -1, std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}).empty());
  CHECK(shop.get({}).empty());
}

TEST_CASE("get takes a thousand ids, and names each record once") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  std::vector<std::int64_t> ids(limits::batch, made.id);
  for (std::size_t i = 1; i < ids.size(); ++i) ids[i] = -static_cast<std::int64_t>(i);
  CHECK(shop.get(ids) == std::vector<Record>{made});
  CHECK(shop.get({made.id, made.id}) == std::vector<Record>{made});
}

TEST_CASE("an update changes what is present, only that, and counts the version up") {
  Workshop shop;
  const std::string heir = shop.make_owner();
  const Record made = shop.create({.title = "t", .owner = shop.owner, .status = Status::pending, .description = "d"});
  Record expected = made;
  const auto check = [&](Change change) {
    const Record changed = shop.change(made.id, std::move(change));
    expected.version += 1;
    CHECK(changed.updated_at >= expected.updated_at);
    expected.updated_at = changed.updated_at;
    CHECK(changed == expected);
    CHECK(shop.get_one(made.id) == expected);
  };
  expected.title = "other";
  check({.title = "other"});
  expected.status = Status::archived;
  check({.status = Status::archived});
  expected.description = "";
  check({.description = ""});
  expected.owner = heir;
  check({.owner = heir});
  check({});  // nothing to change still counts
  expected.title = "last", expected.owner = shop.owner, expected.status = Status::done, expected.description = "all";
  check({.title = "last", .owner = shop.owner, .status = Status::done, .description = "all"});
  CHECK(expected.version == 7);
}

TEST_CASE("an update with expected versions is made only while one of them is present") {
  Workshop shop;
  const Record made = shop.create(shop.draft("first"));
  const auto first = shop.try_update({.id = made.id, .change = {.title = "second"}, .expected_versions = {1}});
  REQUIRE(first);
  CHECK(first->record.version == 2);

  const auto late = shop.try_update({.id = made.id, .change = {.title = "never"}, .expected_versions = {1}});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::failed_precondition);
  CHECK(late.error().reason == base::reason::version_mismatch);
  CHECK(late.error().message.find("version 2") != std::string::npos);
  CHECK(shop.get_one(made.id) == first->record);

  const auto any = shop.try_update({.id = made.id, .change = {.title = "third"}, .expected_versions = {7, 2, 9}});
  REQUIRE(any);
  CHECK(any->record.title == "third");
}

TEST_CASE("a removed record is gone") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  const auto gone = shop.try_remove({.id = made.id});
  REQUIRE(gone);
  CHECK(gone->record == Record{});
  CHECK_FALSE(gone->replayed);
  CHECK(shop.get({made.id}).empty());
  CHECK(shop.list(shop.mine()).items.empty());
}

TEST_CASE("a removal with expected versions") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  shop.change(made.id, {});
  const auto late = shop.try_remove({.id = made.id, .expected_versions = {1}});
  REQUIRE_FALSE(late);
  CHECK(late.error().reason == base::reason::version_mismatch);
  CHECK(late.error().message.find("version 2") != std::string::npos);
  CHECK(shop.get({made.id}).size() == 1);
  CHECK(shop.try_remove({.id = made.id, .expected_versions = {2}}));
}

TEST_CASE("what is not there is NOT_FOUND, by number") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  shop.remove(made.id);
  for (const std::int64_t id : {made.id, std::int64_t{0}, std::int64_t{-5}, std::numeric_limits<std::int64_t>::max()}) {
    const auto update = shop.try_update({.id = id, .change = {.title = "x"}});
    REQUIRE_FALSE(update);
    CHECK(update.error().code == Code::not_found);
    CHECK(update.error().message == "record " + std::to_string(id) + " does not exist");
    const auto removal = shop.try_remove({.id = id, .expected_versions = {1}});
    REQUIRE_FALSE(removal);
    CHECK(removal.error().code == Code::not_found);
  }
}

TEST_CASE("of many who expect the same version exactly one wins") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  std::vector<Awaitable<base::Result<Written>>> calls;
  for (int i = 0; i < 20; ++i)
    calls.push_back(store().update({.id = made.id, .change = {.title = "by " + std::to_string(i)}, .expected_versions = {1}}, soon()));
  int won = 0;
  for (auto& outcome : wait_all(std::move(calls))) {
    if (outcome) {
      ++won;
      shop.saw(outcome->position);
    } else {
      CHECK(outcome.error().reason == base::reason::version_mismatch);
    }
  }
  CHECK(won == 1);
  CHECK(shop.get_one(made.id).version == 2);
}

TEST_CASE("no update is lost when many come at once") {
  Workshop shop;
  const Record made = shop.create(shop.draft());
  std::vector<Awaitable<base::Result<Written>>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back(store().update({.id = made.id, .change = {.description = std::to_string(i)}}, soon()));
  std::vector<std::int64_t> versions;
  for (auto& outcome : wait_all(std::move(calls))) {
    REQUIRE(outcome);
    shop.saw(outcome->position);
    versions.push_back(outcome->record.version);
  }
  std::ranges::sort(versions);
  for (std::size_t i = 0; i < versions.size(); ++i) CHECK(versions[i] == static_cast<std::int64_t>(i) + 2);
  CHECK(shop.get_one(made.id).version == 41);
}

TEST_CASE("a batch stores its items in order, each with its own outcome") {
  Workshop shop;
  const std::string key = unique("key");
  const Record earlier = shop.create_with_key(shop.draft("earlier"), key, "one request").record;

  std::vector<Creation> batch;
  batch.push_back({.record = shop.draft("first")});
  batch.push_back({.record = shop.draft("refused"), .idempotency = {key, "another request"}});
  batch.push_back({.record = shop.draft("earlier"), .idempotency = {key, "one request"}});
  batch.push_back({.record = shop.draft("last")});
  const auto outcomes = shop.try_create_all(std::move(batch));
  REQUIRE(outcomes.size() == 4);
  REQUIRE(outcomes[0]);
  CHECK(outcomes[0]->record.title == "first");
  REQUIRE_FALSE(outcomes[1]);
  CHECK(outcomes[1].error().reason == base::reason::idempotency_key_reused);
  REQUIRE(outcomes[2]);
  CHECK(outcomes[2]->replayed);
  CHECK(outcomes[2]->record == earlier);
  REQUIRE(outcomes[3]);
  CHECK(outcomes[3]->record.title == "last");
  CHECK(outcomes[3]->record.id > outcomes[0]->record.id);
  CHECK(shop.list(shop.mine()).total == 3);
}

TEST_CASE("a batch of a thousand, and one of none") {
  Workshop shop;
  std::vector<NewRecord> drafts;
  for (std::size_t i = 0; i < limits::batch; ++i) drafts.push_back(shop.draft("record " + std::to_string(i)));
  const auto made = shop.create_all(drafts);
  REQUIRE(made.size() == limits::batch);
  for (std::size_t i = 0; i < made.size(); ++i) {
    REQUIRE(made[i].title == drafts[i].title);
    if (i > 0) REQUIRE(made[i].id > made[i - 1].id);
  }
  CHECK(shop.list(shop.mine()).total == 1000);
  CHECK(shop.try_create_all({}).empty());
}
