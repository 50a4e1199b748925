// The batched stream's time: calls that expire, calls that are given up, streams that end with calls open, clients that do not read.
#include "batch_client.hpp"

#include "support/catch.hpp"

TEST_CASE("a call whose time is over before it begins is not made; its neighbours are") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(owner);
  deployment.close_gate();
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  add_create(message, 1, draft(owner, "in time"));
  add_create(message, 2, draft(owner, "never")).set_timeout_us(20'000);
  add_create(message, 3, draft(owner, "in time, too")).set_timeout_us(20'000'000);
  add_title(message, 4, made.id(), "never").set_timeout_us(20'000);
  REQUIRE(client.send(message));
  CHECK(client.ask(one(add_get, 5, -1)).id() == 5);                                             // the message has been taken
  std::this_thread::sleep_until(base::SteadyClock::now() + std::chrono::microseconds(20'000));  // until the time is over
  deployment.open_gate();
  const auto replies = client.take(4);
  CHECK(replies.at(1).create().record().title() == "in time");
  CHECK(error_in(replies.at(2)).code == base::Code::deadline_exceeded);
  CHECK(replies.at(3).create().record().title() == "in time, too");
  CHECK(error_in(replies.at(4)).code == base::Code::deadline_exceeded);
  CHECK(deployment.stored(owner) == 3);
}

TEST_CASE("reads expire, too; any number is a time") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  add_get(message, 1, made.id()).set_timeout_us(-1);
  add_list(message, 2, {}).set_timeout_us(std::numeric_limits<std::int64_t>::min());
  add_get(message, 3, made.id()).set_timeout_us(std::numeric_limits<std::int64_t>::max());
  add_get(message, 4, made.id()).set_timeout_us(0);
  for (auto& call : *message.mutable_calls()) call.set_consistency(v1::CONSISTENCY_STRONG);
  REQUIRE(client.send(message));
  const auto replies = client.take(4);
  CHECK(error_in(replies.at(1)).code == base::Code::deadline_exceeded);
  CHECK(error_in(replies.at(2)).code == base::Code::deadline_exceeded);
  CHECK(same(replies.at(3).get().record(), made));
  CHECK(same(replies.at(4).get().record(), made));
}

TEST_CASE("a call that was given up is not answered, and only that one") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(owner);
  deployment.close_gate();
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  add_create(message, 1, draft(owner));
  add_create(message, 2, draft(owner));
  add_title(message, 3, made.id(), "given up");
  add_delete(message, 4, made.id());
  REQUIRE(client.send(message));
  deployment.wait_at_gate(3);
  v1::ExecuteRequest cancel;
  for (const std::uint64_t id : {2, 3, 99}) cancel.add_cancelled_ids(id);
  add_get(cancel, 5, -1);
  CHECK(client.ask(cancel).id() == 5);  // the message has been taken
  deployment.open_gate();
  std::map<std::uint64_t, v1::Reply> rest;
  REQUIRE(client.close(&rest).ok());
  CHECK(rest.size() == 2);
  CHECK(rest.contains(1));
  CHECK(rest.contains(4));
}

TEST_CASE("to give up a call that has been answered does no harm, also when its number is used again") {
  Deployment deployment;
  BatchClient client(deployment);
  CHECK(client.ask(one(add_get, 1, -1)).id() == 1);
  v1::ExecuteRequest message;
  message.add_cancelled_ids(1);
  add_get(message, 1, -1);
  CHECK(client.ask(message).id() == 1);
}

TEST_CASE("a client that has no more calls gets the answers to all, then the end") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  deployment.close_gate();
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  for (std::uint64_t id = 1; id <= 50; ++id) add_create(message, id, draft(owner));
  REQUIRE(client.send(message));
  deployment.wait_at_gate(1);
  std::map<std::uint64_t, v1::Reply> rest;
  grpc::Status status;
  std::thread closing([&] { status = client.close(&rest); });
  deployment.open_gate();
  closing.join();
  CHECK(status.ok());
  CHECK(rest.size() == 50);
}

TEST_CASE("a client that leaves with calls open leaves nothing behind") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(owner);
  for (int i = 0; i < 20; ++i) {
    deployment.close_gate();
    BatchClient client(deployment);
    v1::ExecuteRequest message;
    add_create(message, 1, draft(owner));
    add_title(message, 2, made.id(), "x");
    add_get(message, 3, made.id());
    REQUIRE(client.send(message));
    deployment.wait_at_gate(2);
    CHECK(client.cancel().error_code() == grpc::StatusCode::CANCELLED);
    deployment.open_gate();
    deployment.wait_under_way(0);
  }
  BatchClient next(deployment);
  CHECK(next.ask(one(add_get, 1, -1)).has_error());
  CHECK(next.close().ok());
}

TEST_CASE("an empty stream and empty messages end well") {
  Deployment deployment;
  BatchClient nothing(deployment);
  CHECK(nothing.close().ok());
  BatchClient empty(deployment);
  REQUIRE(empty.send({}));
  REQUIRE(empty.send({}));
  std::map<std::uint64_t, v1::Reply> rest;
  CHECK(empty.close(&rest).ok());
  CHECK(rest.empty());
}

TEST_CASE("a client that does not read is held, and gets every answer once it does") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(draft(owner, "t", v1::STATUS_ACTIVE, repeat("x", 5000)));
  constexpr std::uint64_t messages = 200, calls = 100;
  BatchClient client(deployment);
  std::thread sender([&] {
    for (std::uint64_t m = 0; m < messages; ++m) {
      v1::ExecuteRequest message;
      for (std::uint64_t i = 0; i < calls; ++i) add_get(message, m * calls + i, made.id()).set_consistency(v1::CONSISTENCY_STRONG);
      if (!client.send(message)) return;
    }
  });
  // 100 MB of answers: the service must stop taking calls long before it holds them all. It has stopped when it serves others again and
  // again and takes none of these.
  std::size_t taken = 0;
  for (int quiet = 0; quiet < 100; ++quiet) {
    if (const std::size_t now = deployment.reads(); now != taken) taken = now, quiet = 0;
    deployment.count(owner);
  }
  CHECK(taken >= calls);
  CHECK(taken < messages * calls / 2);
  const auto replies = client.take(messages * calls);
  sender.join();
  CHECK(replies.size() == messages * calls);
  CHECK(client.close().ok());
}
