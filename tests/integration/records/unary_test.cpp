// One record by unary calls: create, get, update, delete, and the versions that guard it.
#include "deployment.hpp"

#include "rpc/proto_time.hpp"
#include "support/catch.hpp"

using Stub = v1::RecordsService::Stub;

namespace {

v1::UpdateRequest new_title(std::int64_t id, const std::string& title, std::vector<std::int64_t> versions = {}) {
  v1::UpdateRequest request;
  request.set_id(id);
  request.set_title(title);
  for (const std::int64_t version : versions) request.add_expected_versions(version);
  return request;
}

v1::DeleteRequest removal(std::int64_t id, std::vector<std::int64_t> versions = {}) {
  v1::DeleteRequest request;
  request.set_id(id);
  for (const std::int64_t version : versions) request.add_expected_versions(version);
  return request;
}

template <class Response>
void check_mismatch(const Outcome<Response>& outcome) {
  CHECK(outcome.status.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(outcome.error().reason == "VERSION_MISMATCH");
}

template <class Response>
void check_missing(const Outcome<Response>& outcome, std::int64_t id) {
  CHECK(outcome.status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(outcome.status.error_message() == "record " + std::to_string(id) + " does not exist");
}

}  // namespace

TEST_CASE("a new record is answered as it is stored") {
  Deployment deployment;
  const auto began = base::now();
  const v1::NewRecord given = draft(deployment.make_owner(), "标题 \xf0\x9f\xa6\x84 \"quoted\"", v1::STATUS_DONE, "two\nlines");
  const v1::Record made = deployment.create(given);
  CHECK(made.id() >= 1);
  CHECK(made.title() == given.title());
  CHECK(made.owner() == given.owner());
  CHECK(made.status() == v1::STATUS_DONE);
  CHECK(made.description() == given.description());
  CHECK(made.version() == 1);
  CHECK(same(made.created_at(), made.updated_at()));
  CHECK(made.created_at().nanos() % 1000 == 0);
  CHECK(rpc::get_time(made.created_at()) > began - std::chrono::minutes(1));
  CHECK(rpc::get_time(made.created_at()) < base::now() + std::chrono::minutes(1));
  CHECK(same(deployment.get(made.id()), made));
}

TEST_CASE("without a status a new record is pending") {
  Deployment deployment;
  CHECK(deployment.create(deployment.make_owner()).status() == v1::STATUS_PENDING);
}

TEST_CASE("an update changes what is present, also to nothing, and counts the version up") {
  Deployment deployment;
  const v1::Record made = deployment.create(draft(deployment.make_owner(), "before", v1::STATUS_ACTIVE, "words"));
  auto outcome = deployment.call(&Stub::Update, new_title(made.id(), "after"));
  REQUIRE(outcome.status.ok());
  const v1::Record renamed = outcome.response.record();
  CHECK(rpc::get_time(renamed.updated_at()) >= rpc::get_time(made.updated_at()));
  v1::Record expected = made;
  expected.set_title("after");
  expected.set_version(2);
  *expected.mutable_updated_at() = renamed.updated_at();
  CHECK(same(renamed, expected));

  v1::UpdateRequest request;
  request.set_id(made.id());
  request.set_description("");
  request.set_status(v1::STATUS_ARCHIVED);
  outcome = deployment.call(&Stub::Update, request);
  REQUIRE(outcome.status.ok());
  expected = renamed;
  expected.set_description("");
  expected.set_status(v1::STATUS_ARCHIVED);
  expected.set_version(3);
  *expected.mutable_updated_at() = outcome.response.record().updated_at();
  CHECK(same(outcome.response.record(), expected));
  CHECK(same(deployment.get(made.id()), expected));
}

TEST_CASE("a deleted record is gone") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(owner), other = deployment.create(owner);
  const auto outcome = deployment.call(&Stub::Delete, removal(made.id()));
  REQUIRE(outcome.status.ok());
  CHECK_FALSE(outcome.response.replayed());
  const auto left = deployment.all_of(owner);
  REQUIRE(left.size() == 1);
  CHECK(same(left[0], other));
}

TEST_CASE("what does not exist is NOT_FOUND, by name") {
  Deployment deployment;
  const std::int64_t gone = deployment.create(deployment.make_owner()).id();
  REQUIRE(deployment.call(&Stub::Delete, removal(gone)).status.ok());
  v1::GetRequest get;
  get.set_id(gone);
  check_missing(deployment.call(&Stub::Get, get), gone);
  check_missing(deployment.call(&Stub::Update, new_title(gone, "x")), gone);
  check_missing(deployment.call(&Stub::Update, new_title(gone, "x", {1})), gone);
  check_missing(deployment.call(&Stub::Delete, removal(gone)), gone);
  check_missing(deployment.call(&Stub::Delete, removal(gone, {1})), gone);
}

TEST_CASE("an update or a removal is made while the record has one of the expected versions, and only then") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  check_mismatch(deployment.call(&Stub::Update, new_title(made.id(), "never", {2})));
  check_mismatch(deployment.call(&Stub::Update, new_title(made.id(), "never", {0, -1, 7})));
  check_mismatch(deployment.call(&Stub::Delete, removal(made.id(), {2, 3})));
  CHECK(same(deployment.get(made.id()), made));
  const auto updated = deployment.call(&Stub::Update, new_title(made.id(), "second", {5, 1}));
  REQUIRE(updated.status.ok());
  CHECK(updated.response.record().version() == 2);
  check_mismatch(deployment.call(&Stub::Delete, removal(made.id(), {1})));
  CHECK(deployment.call(&Stub::Delete, removal(made.id(), {2})).status.ok());
}

TEST_CASE("of many updates that expect the same version exactly one is made") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  std::vector<std::thread> clients;
  std::atomic<int> won = 0, lost = 0;
  for (int i = 0; i < 8; ++i)
    clients.emplace_back([&, i] {
      Context context;
      v1::UpdateResponse response;
      const grpc::Status status = deployment.stub().Update(&context, new_title(made.id(), "by " + std::to_string(i), {1}), &response);
      won += status.ok();
      lost += status.error_code() == grpc::StatusCode::FAILED_PRECONDITION;
    });
  for (auto& client : clients) client.join();
  CHECK(won == 1);
  CHECK(lost == 7);
}
