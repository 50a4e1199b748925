// How connections and running work end: clients that leave, draining, the limit of connections.
#include "session_bench.hpp"

TEST_CASE("session: a client that leaves cancels the handler's work") {
  Bench bench;
  {
    Client client = bench.connect();
    client.get("/hold");
    bench.held.wait_begun();
  }
  CHECK(bench.held.wait_cancelled());
  wait_until([&] { return bench.open_connections() == 0; });
  CHECK(bench.counters("/hold").by_class[4].get() == 1);
}

TEST_CASE("session: a client that leaves cancels a stream of events") {
  Bench bench;
  {
    Client client = bench.connect();
    client.get("/events");
    bench.held.wait_begun();
  }
  CHECK(bench.held.wait_cancelled());
  wait_until([&] { return bench.open_connections() == 0; });
}

TEST_CASE("session: further requests of a client do not cancel the one at hand") {
  Bench bench;
  Client client = bench.connect();
  client.get("/hold");
  bench.held.wait_begun();
  client.get("/hello");
  bench.held.let_go();
  CHECK(client.answer().body == "held");
  CHECK(client.answer().body == "hello");
  CHECK_FALSE(bench.held.wait_cancelled());
}

TEST_CASE("draining ends idle connections and takes no new ones") {
  Bench bench;
  Client used = bench.connect();
  CHECK(used.get("/hello").answer().status == 200);
  Client fresh = bench.connect();
  wait_until([&] { return bench.open_connections() == 2; });
  bench.drain();
  CHECK(used.is_closed());
  CHECK(fresh.is_closed());
  CHECK_FALSE(bench.connect().connected());
  wait_until([&] { return bench.open_connections() == 0; });
}

TEST_CASE("draining ends a stream of events whole") {
  Bench bench;
  Client client = bench.connect();
  client.get("/events");
  bench.held.wait_begun();
  bench.drain();
  const Answer answer = client.answer();
  CHECK(answer["content-type"] == "text/event-stream");
  CHECK(answer.body == "event: hello\ndata: 1\n\n");
  CHECK(answer.whole);
  CHECK(client.is_closed());
}

TEST_CASE("draining lets a running request end, and says that the connection ends with it") {
  Bench bench;
  Client client = bench.connect();
  client.get("/hold").get("/hello");
  bench.held.wait_begun();
  bench.drain();
  CHECK(bench.open_connections() == 1);
  bench.held.let_go();
  const Answer answer = client.answer();
  CHECK(answer.body == "held");
  CHECK(answer["connection"] == "close");
  CHECK(client.is_closed());
}

TEST_CASE("giving up ends what is still being worked on, without an answer") {
  Bench bench;
  Client client = bench.connect();
  client.get("/hold");
  bench.held.wait_begun();
  bench.abort();
  CHECK(bench.held.wait_cancelled());
  CHECK(client.is_closed());
}

TEST_CASE("giving up after HEAD of a stream finds no work of it left") {
  Bench bench;
  Client client = bench.connect();
  client.send("HEAD /events HTTP/1.1\r\nHost: test\r\n\r\n").answer(true);
  bench.abort();
  CHECK(client.is_closed());
}

TEST_CASE("a connection beyond the limit is told 503; when another has gone there is room again") {
  http::Limits limits;
  limits.connections = 2;
  Bench bench(limits);
  Client first = bench.connect();
  CHECK(first.get("/hello").answer().status == 200);
  {
    Client second = bench.connect();
    CHECK(second.get("/hello").answer().status == 200);
    Client third = bench.connect();
    const Answer answer = third.answer();
    CHECK(answer.status == 503);
    CHECK(answer["retry-after"] == "1");
    CHECK(answer["content-type"] == "application/problem+json");
    CHECK(answer.whole);
    CHECK_THAT(answer.body, Catch::StartsWith("{\"type\":") && Catch::EndsWith("}\n"));
    CHECK(third.is_closed());
    CHECK(first.get("/hello").answer().status == 200);
  }
  wait_until([&] { return bench.open_connections() == 1; });
  CHECK(bench.connect().get("/hello").answer().status == 200);
}
