// BatchGet and BatchCreate: many records by one call, each with its own outcome.
#include "deployment.hpp"

#include "rpc/status.hpp"
#include "support/catch.hpp"

using Stub = v1::RecordsService::Stub;

namespace {

v1::CreateRequest creation(const v1::NewRecord& record, const std::string& key = {}) {
  v1::CreateRequest request;
  *request.mutable_record() = record;
  request.set_idempotency_key(key);
  return request;
}

v1::BatchCreateResponse create_all(Deployment& deployment, const v1::BatchCreateRequest& request) {
  auto outcome = deployment.call(&Stub::BatchCreate, request);
  REQUIRE(outcome.status.ok());
  REQUIRE(outcome.response.outcomes_size() == request.requests_size());
  return outcome.response;
}

}  // namespace

TEST_CASE("records come in the order of their ids, as often as asked for; what is missing is listed") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record a = deployment.create(owner), b = deployment.create(owner), gone = deployment.create(owner),
                   c = deployment.create(owner);
  v1::DeleteRequest removal;
  removal.set_id(gone.id());
  REQUIRE(deployment.call(&Stub::Delete, removal).status.ok());
  const std::int64_t never = std::numeric_limits<std::int64_t>::max();
  v1::BatchGetRequest request;
  for (const std::int64_t id : {c.id(), never, a.id(), gone.id(), c.id(), b.id(), never}) request.add_ids(id);
  const auto outcome = deployment.call(&Stub::BatchGet, request);
  REQUIRE(outcome.status.ok());
  REQUIRE(outcome.response.records_size() == 4);
  CHECK(same(outcome.response.records(0), c));
  CHECK(same(outcome.response.records(1), a));
  CHECK(same(outcome.response.records(2), c));
  CHECK(same(outcome.response.records(3), b));
  CHECK(std::vector<std::int64_t>(outcome.response.missing_ids().begin(), outcome.response.missing_ids().end()) ==
        std::vector{never, gone.id(), never});
}

TEST_CASE("a thousand records are created and read by one call each") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  v1::BatchCreateRequest request;
  for (int i = 0; i < 1000; ++i) *request.add_requests() = creation(draft(owner, "number " + std::to_string(i)));
  const auto created = create_all(deployment, request);
  v1::BatchGetRequest ids;
  for (int i = 0; i < 1000; ++i) {
    const auto& record = created.outcomes(i).created().record();
    REQUIRE(record.title() == "number " + std::to_string(i));
    ids.add_ids(record.id());
  }
  const auto read = deployment.call(&Stub::BatchGet, ids);
  REQUIRE(read.response.records_size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(same(read.response.records(i), created.outcomes(i).created().record()));
  CHECK(deployment.count(owner) == 1000);
}

TEST_CASE("a bad row has its own error, and its neighbours are stored") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), key = contract::unique("key");
  deployment.call(&Stub::Create, creation(draft(owner, "earlier"), key));
  v1::BatchCreateRequest request;
  *request.add_requests() = creation(draft(owner, "first"));
  *request.add_requests() = creation(draft("", "", static_cast<v1::Status>(9)));
  *request.add_requests() = creation(draft(owner, "second"));
  *request.add_requests() = creation(draft(owner, "other words"), key);
  *request.add_requests() = creation(draft(owner, "third"), "\x7f");
  *request.add_requests() = creation(draft(owner, "fourth"));
  const auto answer = create_all(deployment, request);
  for (const int good : {0, 2, 5}) {
    CHECK(answer.outcomes(good).created().record().title() == request.requests(good).record().title());
    CHECK_FALSE(answer.outcomes(good).created().replayed());
  }
  CHECK(refused_fields(rpc::from_proto(answer.outcomes(1).error())) == std::vector<std::string>{"owner", "status", "title"});
  const base::Error reused = rpc::from_proto(answer.outcomes(3).error());
  CHECK(reused.reason == "IDEMPOTENCY_KEY_REUSED");
  CHECK(refused_fields(reused) == std::vector<std::string>{"idempotency_key"});
  CHECK(refused_fields(rpc::from_proto(answer.outcomes(4).error())) == std::vector<std::string>{"idempotency_key"});
  CHECK(deployment.count(owner) == 4);
}

TEST_CASE("a batch of nothing but bad rows is answered row by row") {
  Deployment deployment;
  v1::BatchCreateRequest request;
  request.add_requests();
  request.add_requests();
  const auto answer = create_all(deployment, request);
  for (const auto& outcome : answer.outcomes())
    CHECK(refused_fields(rpc::from_proto(outcome.error())) == std::vector<std::string>{"owner", "title"});
}

TEST_CASE("a batch that is sent again is answered with the first answers") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  v1::BatchCreateRequest request;
  for (int i = 0; i < 3; ++i) *request.add_requests() = creation(draft(owner, std::to_string(i)), contract::unique("key"));
  const auto first = create_all(deployment, request);
  *request.add_requests() = creation(draft(owner, "new"), contract::unique("key"));
  const auto again = create_all(deployment, request);
  for (int i = 0; i < 3; ++i) {
    CHECK(again.outcomes(i).created().replayed());
    CHECK(same(again.outcomes(i).created().record(), first.outcomes(i).created().record()));
  }
  CHECK_FALSE(again.outcomes(3).created().replayed());
  CHECK(deployment.count(owner) == 4);
}

TEST_CASE("a key twice in one batch stores one record") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), key = contract::unique("key");
  v1::BatchCreateRequest request;
  *request.add_requests() = creation(draft(owner, "once"), key);
  *request.add_requests() = creation(draft(owner, "once"), key);
  *request.add_requests() = creation(draft(owner, "other words"), key);
  const auto answer = create_all(deployment, request);
  CHECK_FALSE(answer.outcomes(0).created().replayed());
  CHECK(answer.outcomes(1).created().replayed());
  CHECK(same(answer.outcomes(1).created().record(), answer.outcomes(0).created().record()));
  CHECK(rpc::from_proto(answer.outcomes(2).error()).reason == "IDEMPOTENCY_KEY_REUSED");
  CHECK(deployment.count(owner) == 1);
}
