// The batched stream: many calls in one message, each with its own answer.
#include "batch_client.hpp"

#include "support/catch.hpp"

using Fields = std::vector<std::string>;

TEST_CASE("calls of every kind travel in one message, and each has its own answer") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record a = deployment.create(owner, "a"), b = deployment.create(owner, "b"), c = deployment.create(owner, "c");
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  add_get(message, 1, a.id()).set_consistency_token(deployment.position());
  add_create(message, 2, draft(owner, "d", v1::STATUS_DONE, "words"));
  add_title(message, 3, b.id(), "b, changed");
  add_delete(message, 4, c.id());
  add_list(message, 5, list_of(owner)).set_consistency_token(deployment.position());
  REQUIRE(client.send(message));
  const auto replies = client.take(5);
  CHECK(same(replies.at(1).get().record(), a));
  CHECK(replies.at(2).create().record().title() == "d");
  CHECK(replies.at(2).create().record().description() == "words");
  CHECK(replies.at(3).update().record().title() == "b, changed");
  CHECK(replies.at(3).update().record().version() == 2);
  CHECK(replies.at(4).has_delete_());
  CHECK(replies.at(5).list().items_size() >= 2);
  for (const auto& [id, reply] : replies) CHECK_FALSE(reply.served_by().empty());
  CHECK(client.close().ok());
}

TEST_CASE("a call that fails takes nobody with it") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(owner);
  v1::ListRequest bad_page = list_of(owner, 500);
  bad_page.set_page_token("x");
  bad_page.set_skip(1);
  v1::ExecuteRequest message;
  add_get(message, 1, std::numeric_limits<std::int64_t>::max());
  add_get(message, 2, 0);
  add_get(message, 3, made.id());
  add_create(message, 4, draft("", ""));
  add_create(message, 5, draft(owner, "good"));
  add_title(message, 6, made.id(), "never", 7);
  add_title(message, 7, made.id(), "");
  add_delete(message, 8, std::numeric_limits<std::int64_t>::max());
  add_list(message, 9, bad_page);
  add_call(message, 10);
  add_get(message, 11, made.id()).set_consistency_token("x");
  add_get(message, 12, made.id()).set_consistency(static_cast<v1::Consistency>(9));
  add_create(message, 13, draft(owner, "good, too"));
  for (auto& call : *message.mutable_calls())
    if (call.id() == 3) call.set_consistency_token(deployment.position());
  BatchClient client(deployment);
  REQUIRE(client.send(message));
  const auto replies = client.take(13);
  CHECK(error_in(replies.at(1)).code == base::Code::not_found);
  CHECK(refused_fields(error_in(replies.at(2))) == Fields{"id"});
  CHECK(same(replies.at(3).get().record(), made));
  CHECK(refused_fields(error_in(replies.at(4))) == Fields{"owner", "title"});
  CHECK(replies.at(5).create().record().title() == "good");
  CHECK(error_in(replies.at(6)).reason == "VERSION_MISMATCH");
  CHECK(refused_fields(error_in(replies.at(7))) == Fields{"title"});
  CHECK(error_in(replies.at(8)).code == base::Code::not_found);
  CHECK(refused_fields(error_in(replies.at(9))) == Fields{"limit", "skip"});
  CHECK(refused_fields(error_in(replies.at(10))) == Fields{"request"});
  CHECK(refused_fields(error_in(replies.at(11))) == Fields{"consistency_token"});
  CHECK(refused_fields(error_in(replies.at(12))) == Fields{"consistency"});
  CHECK(replies.at(13).create().record().title() == "good, too");
  CHECK(client.close().ok());
}

TEST_CASE("thousands of calls at once are each answered once, with what they asked for") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  constexpr std::uint64_t count = 3000;
  BatchClient client(deployment);
  for (std::uint64_t id = 0; id < count;) {
    v1::ExecuteRequest message;
    // Messages of every size from 1 on, also beyond what one statement takes.
    for (const std::uint64_t end = std::min(count, 2 * id + 1); id < end; ++id)
      add_create(message, id, draft(owner, "number " + std::to_string(id)));
    REQUIRE(client.send(message));
  }
  const auto created = client.take(count);
  std::string position;
  v1::ExecuteRequest gets;
  for (const auto& [id, reply] : created) {
    REQUIRE(reply.create().record().title() == "number " + std::to_string(id));
    add_get(gets, id, reply.create().record().id()).set_consistency(v1::CONSISTENCY_STRONG);
  }
  REQUIRE(client.send(gets));
  for (const auto& [id, reply] : client.take(count)) REQUIRE(same(reply.get().record(), created.at(id).create().record()));
  CHECK(client.close().ok());
  CHECK(deployment.stored(owner) == count);
}

TEST_CASE("answers do not wait for each other") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  deployment.close_gate();
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  add_title(message, 1, made.id(), "late");
  add_get(message, 2, made.id()).set_consistency_token(deployment.position());
  REQUIRE(client.send(message));
  CHECK(same(client.take(1).at(2).get().record(), made));
  CHECK(client.ask(one(add_get, 3, -1)).id() == 3);
  deployment.open_gate();
  CHECK(client.take(1).at(1).update().record().title() == "late");
}

TEST_CASE("a write that is sent again in the stream is answered with the first answer") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), key = contract::unique("key");
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  add_create(message, 1, draft(owner), key);
  add_create(message, 2, draft(owner), key);
  REQUIRE(client.send(message));
  const auto first = client.take(2);
  CHECK(first.at(1).create().replayed() != first.at(2).create().replayed());
  const v1::Reply again = client.ask(one(add_create, 3, draft(owner), key));
  CHECK(again.create().replayed());
  CHECK(same(again.create().record(), first.at(1).create().record()));
  CHECK(error_in(client.ask(one(add_create, 4, draft(owner, "other"), key))).reason == "IDEMPOTENCY_KEY_REUSED");
  CHECK(deployment.stored(owner) == 1);
}

TEST_CASE("answers fit the messages that any client takes, however much they hold") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  v1::BatchCreateRequest request;
  for (int i = 0; i < 100; ++i) *request.add_requests()->mutable_record() = draft(owner, "t", v1::STATUS_ACTIVE, repeat("x", 10'000));
  REQUIRE(deployment.call(&v1::RecordsService::Stub::BatchCreate, request).status.ok());
  v1::ExecuteRequest message;
  for (std::uint64_t id = 1; id <= 40; ++id) add_list(message, id, list_of(owner)).set_consistency(v1::CONSISTENCY_STRONG);
  BatchClient client(deployment);
  REQUIRE(client.send(message));
  for (const auto& [id, reply] : client.take(40)) CHECK(reply.list().items_size() == 100);
  CHECK(client.close().ok());
}

TEST_CASE("streams side by side do not mix their answers") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  BatchClient left(deployment), right(deployment);
  REQUIRE(left.send(one(add_create, 1, draft(owner, "left"), "")));
  REQUIRE(right.send(one(add_create, 1, draft(owner, "right"), "")));
  CHECK(left.take(1).at(1).create().record().title() == "left");
  CHECK(right.take(1).at(1).create().record().title() == "right");
}
