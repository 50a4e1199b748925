// Which node answers: writes leave their position, reads see it, standbys carry the rest. On a cluster of one node that node does all.
#include "batch_client.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <set>

namespace topology = cluster::v1;
using Stub = v1::RecordsService::Stub;

namespace {

std::set<std::string> nodes(Deployment& deployment, topology::Role role) {
  std::set<std::string> names;
  const auto response = deployment.topology();
  for (const auto& node : response.nodes())
    if (node.role() == role) names.insert(node.name());
  return names;
}

v1::GetRequest get_of(std::int64_t id) {
  v1::GetRequest request;
  request.set_id(id);
  return request;
}

v1::CreateRequest creation(const std::string& owner, const std::string& key = {}) {
  v1::CreateRequest request;
  *request.mutable_record() = draft(owner);
  request.set_idempotency_key(key);
  return request;
}

}  // namespace

TEST_CASE("every kind of write answers with its position, also one that is replayed", "[cluster]") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto created = deployment.call(&Stub::Create, creation(owner, contract::unique("key")));
  CHECK_FALSE(created.token().empty());
  v1::UpdateRequest update;
  update.set_id(created.response.record().id());
  update.set_title("x");
  update.set_idempotency_key(contract::unique("key"));
  CHECK_FALSE(deployment.call(&Stub::Update, update).token().empty());
  const auto replayed = deployment.call(&Stub::Update, update);
  CHECK(replayed.response.replayed());
  CHECK_FALSE(replayed.token().empty());
  v1::BatchCreateRequest batch;
  *batch.add_requests() = creation(owner);
  CHECK_FALSE(deployment.call(&Stub::BatchCreate, batch).token().empty());
  v1::DeleteRequest removal;
  removal.set_id(created.response.record().id());
  CHECK_FALSE(deployment.call(&Stub::Delete, removal).token().empty());
  CHECK(deployment.call(&Stub::Get, get_of(created.response.record().id())).token().empty());
}

TEST_CASE("a position of a timeline that is gone is answered by the primary, which names another", "[cluster]") {
  Deployment deployment;
  const auto created = deployment.call(&Stub::Create, creation(deployment.make_owner()));
  const std::int64_t id = created.response.record().id();
  const std::string gone = created.token().substr(0, created.token().find('@')) + "@900000000";
  const auto answer = deployment.call(&Stub::Get, get_of(id), {{"x-consistency-token", gone}});
  REQUIRE(answer.status.ok());
  REQUIRE_FALSE(answer.token().empty());
  CHECK(answer.token().find("@900000000") == std::string::npos);
  CHECK(nodes(deployment, topology::ROLE_PRIMARY).contains(answer.served_by()));
  const auto list = deployment.call(&Stub::List, list_of(created.response.record().owner()), {{"x-consistency-token", gone}});
  CHECK(list.response.total() == 1);
  CHECK_FALSE(list.token().empty());
  CHECK(deployment.call(&Stub::Get, get_of(id), {{"x-consistency-token", answer.token()}}).token().empty());
}

TEST_CASE("an import answers with its position", "[cluster]") {
  for (const v1::ImportMode mode : {v1::IMPORT_MODE_PARTIAL, v1::IMPORT_MODE_ATOMIC}) {
    Deployment deployment;
    const std::string owner = deployment.make_owner();
    Context context;
    v1::ImportResponse response;
    const auto import = deployment.stub().Import(&context, &response);
    v1::ImportRequest rows;
    rows.set_mode(mode);
    *rows.add_rows()->mutable_record() = draft(owner);
    REQUIRE(import->Write(rows));
    import->WritesDone();
    REQUIRE(import->Finish().ok());
    const std::string token = trailers_of(context)["x-consistency-token"];
    CHECK_FALSE(token.empty());
    CHECK(deployment.call(&Stub::List, list_of(owner), {{"x-consistency-token", token}}).response.total() == 1);
  }
}

TEST_CASE("a read that carries a write's position sees the write, call after call", "[cluster]") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  for (int i = 1; i <= 50; ++i) {
    const auto created = deployment.call(&Stub::Create, creation(owner));
    REQUIRE(created.status.ok());
    const std::map<std::string, std::string> position{{"x-consistency-token", created.token()}};
    REQUIRE(deployment.call(&Stub::Get, get_of(created.response.record().id()), position).status.ok());
    REQUIRE(deployment.call(&Stub::List, list_of(owner), position).response.total() == i);
  }
}

TEST_CASE("in the batched stream, too, the position of one call serves the next", "[cluster]") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  BatchClient client(deployment);
  for (int i = 1; i <= 50; ++i) {
    const v1::Reply created = client.ask(one(add_create, 1, draft(owner), ""));
    REQUIRE_FALSE(created.consistency_token().empty());
    v1::ExecuteRequest message;
    add_get(message, 2, created.create().record().id()).set_consistency_token(created.consistency_token());
    REQUIRE(same(client.ask(message).get().record(), created.create().record()));
  }
}

TEST_CASE("the stream's writes and strong reads are answered by the primary", "[cluster]") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto primary = nodes(deployment, topology::ROLE_PRIMARY);
  REQUIRE(primary.size() == 1);
  BatchClient client(deployment);
  const v1::Reply created = client.ask(one(add_create, 1, draft(owner), ""));
  CHECK(created.served_by() == *primary.begin());
  v1::ExecuteRequest message;
  const std::int64_t id = created.create().record().id();
  add_get(message, 2, id).set_consistency(v1::CONSISTENCY_STRONG);
  add_list(message, 3, list_of(owner)).set_consistency(v1::CONSISTENCY_STRONG);
  add_title(message, 4, id, "x");
  REQUIRE(client.send(message));
  for (const auto& [number, reply] : client.take(3)) CHECK(reply.served_by() == *primary.begin());
  CHECK(client.ask(one(add_delete, 5, id)).served_by() == *primary.begin());
}

TEST_CASE("the stream's reads are answered by a standby where there is one", "[cluster]") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  auto readers = nodes(deployment, topology::ROLE_STANDBY);
  if (readers.empty()) readers = nodes(deployment, topology::ROLE_PRIMARY);
  BatchClient client(deployment);
  // At once the record may not have reached a standby that the service knows to have it; before long it has.
  wait_for("a standby that has the record", [&] {
    v1::ExecuteRequest message;
    add_get(message, 1, made.id()).set_consistency_token(deployment.position());
    const v1::Reply reply = client.ask(message);
    REQUIRE(same(reply.get().record(), made));
    return readers.contains(reply.served_by());
  });
  for (int i = 0; i < 20; ++i) {
    v1::ExecuteRequest message;
    add_list(message, 1, {}).set_consistency(v1::CONSISTENCY_EVENTUAL);
    CHECK(readers.contains(client.ask(message).served_by()));
  }
}

TEST_CASE("unary calls are routed alike", "[cluster]") {
  Deployment deployment;
  const auto primary = nodes(deployment, topology::ROLE_PRIMARY);
  auto readers = nodes(deployment, topology::ROLE_STANDBY);
  if (readers.empty()) readers = primary;
  const auto created = deployment.call(&Stub::Create, creation(deployment.make_owner()));
  CHECK(primary.contains(created.served_by()));
  const auto id = created.response.record().id();
  CHECK(primary.contains(deployment.call(&Stub::Get, get_of(id), {{"x-consistency", "strong"}}).served_by()));
  CHECK(readers.contains(deployment.call(&Stub::List, {}, {{"x-consistency", "eventual"}}).served_by()));
}
