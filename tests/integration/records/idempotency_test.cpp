// A write with an idempotency key happens once: the same request again is answered with the first answer.
#include "deployment.hpp"

#include "support/catch.hpp"

#include <set>

using Stub = v1::RecordsService::Stub;

namespace {

v1::CreateRequest creation(const std::string& owner, const std::string& title, const std::string& key) {
  v1::CreateRequest request;
  *request.mutable_record() = draft(owner, title);
  request.set_idempotency_key(key);
  return request;
}

template <class Response>
void check_reused(const Outcome<Response>& outcome) {
  CHECK(refused_fields(outcome.status) == std::vector<std::string>{"idempotency_key"});
  CHECK(outcome.error().reason == "IDEMPOTENCY_KEY_REUSED");
}

}  // namespace

TEST_CASE("a creation that is sent again is answered with the first answer, also when the record has changed since") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::CreateRequest request = creation(owner, "once", contract::unique("key"));
  const auto first = deployment.call(&Stub::Create, request);
  REQUIRE(first.status.ok());
  CHECK_FALSE(first.response.replayed());
  v1::UpdateRequest update;
  update.set_id(first.response.record().id());
  update.set_title("changed");
  REQUIRE(deployment.call(&Stub::Update, update).status.ok());
  const auto again = deployment.call(&Stub::Create, request);
  REQUIRE(again.status.ok());
  CHECK(again.response.replayed());
  CHECK(same(again.response.record(), first.response.record()));
  CHECK(deployment.count(owner) == 1);
}

TEST_CASE("an update that is sent again is made once, whatever its expected version") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  v1::UpdateRequest request;
  request.set_id(made.id());
  request.set_title("changed");
  request.add_expected_versions(1);
  request.set_idempotency_key(contract::unique("key"));
  const auto first = deployment.call(&Stub::Update, request), again = deployment.call(&Stub::Update, request);
  REQUIRE(first.status.ok());
  REQUIRE(again.status.ok());
  CHECK_FALSE(first.response.replayed());
  CHECK(again.response.replayed());
  CHECK(same(again.response.record(), first.response.record()));
  CHECK(deployment.get(made.id()).version() == 2);
}

TEST_CASE("a removal that is sent again is answered, although the record is gone") {
  Deployment deployment;
  v1::DeleteRequest request;
  request.set_id(deployment.create(deployment.make_owner()).id());
  request.set_idempotency_key(contract::unique("key"));
  const auto first = deployment.call(&Stub::Delete, request), again = deployment.call(&Stub::Delete, request);
  REQUIRE(first.status.ok());
  REQUIRE(again.status.ok());
  CHECK_FALSE(first.response.replayed());
  CHECK(again.response.replayed());
}

TEST_CASE("a key with another request is refused and changes nothing") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), key = contract::unique("key");
  const auto made = deployment.call(&Stub::Create, creation(owner, "first", key));
  REQUIRE(made.status.ok());
  check_reused(deployment.call(&Stub::Create, creation(owner, "second", key)));
  v1::UpdateRequest update;
  update.set_id(made.response.record().id());
  update.set_title("third");
  update.set_idempotency_key(key);
  check_reused(deployment.call(&Stub::Update, update));
  v1::DeleteRequest removal;
  removal.set_id(made.response.record().id());
  removal.set_idempotency_key(key);
  check_reused(deployment.call(&Stub::Delete, removal));
  const auto all = deployment.all_of(owner);
  REQUIRE(all.size() == 1);
  CHECK(same(all[0], made.response.record()));
}

TEST_CASE("a refused request does not use its key up") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), key = contract::unique("key");
  CHECK_FALSE(deployment.call(&Stub::Create, creation(owner, "", key)).status.ok());
  const auto made = deployment.call(&Stub::Create, creation(owner, "good", key));
  REQUIRE(made.status.ok());
  CHECK_FALSE(made.response.replayed());

  v1::UpdateRequest update;
  update.set_id(made.response.record().id());
  update.set_title("better");
  update.add_expected_versions(9);
  update.set_idempotency_key(contract::unique("key"));
  CHECK(deployment.call(&Stub::Update, update).error().reason == "VERSION_MISMATCH");
  update.set_expected_versions(0, 1);
  CHECK(deployment.call(&Stub::Update, update).status.ok());
}

TEST_CASE("the same creation from many clients at once is stored once") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::CreateRequest request = creation(owner, "once", contract::unique("key"));
  std::vector<v1::CreateResponse> answers(8);
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (auto& answer : answers)
    clients.emplace_back([&] {
      Context context;
      answered += deployment.stub().Create(&context, request, &answer).ok();
    });
  for (auto& client : clients) client.join();
  REQUIRE(answered == 8);
  CHECK(std::ranges::count(answers, false, &v1::CreateResponse::replayed) == 1);
  for (const auto& answer : answers) CHECK(same(answer.record(), answers[0].record()));
  Context context;
  context.AddMetadata("x-consistency", "strong");
  v1::ListResponse page;
  REQUIRE(deployment.stub().List(&context, list_of(owner), &page).ok());
  CHECK(page.total() == 1);
}
