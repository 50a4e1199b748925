// Connections and answers, over real sockets.
#include "decode.hpp"
#include "session_bench.hpp"

TEST_CASE("session: one connection takes one request after the other") {
  Bench bench;
  Client client = bench.connect();
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.get("/hello").answer();
    CHECK(answer.status == 200);
    CHECK(answer.body == "hello");
    CHECK(answer["connection"].empty());
    CHECK(answer["x-content-type-options"] == "nosniff");
  }
  CHECK(bench.open_connections() == 1);
}

TEST_CASE("session: requests sent at once are answered in their order, bodies and all") {
  Bench bench;
  Client client = bench.connect();
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    all += "GET /things/" + number + " HTTP/1.1\r\nHost: test\r\n\r\n";
    all += "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(number.size()) + "\r\n\r\n" + number;
    all += "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nc\r\n0\r\n\r\n";
  }
  client.send(all);
  for (int i = 0; i < 20; ++i) {
    CHECK(client.answer().body == std::to_string(i) + "?");
    CHECK(client.answer().body == std::to_string(i));
    CHECK(client.answer().body == "c");
  }
}

TEST_CASE("session: a request that comes in the same bytes as the end of a body before it is not lost") {
  Bench bench;
  Client client = bench.connect();
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(client.answer().status == 100);  // so the session waits for the body
  client.send("helloGET /things/1 HTTP/1.1\r\nHost: test\r\n\r\nGET /things/2 HTTP/1.1\r\nHo");
  CHECK(client.answer().body == "hello");
  CHECK(client.answer().body == "1?");
  CHECK(client.send("st: test\r\n\r\n").answer().body == "2?");
}

TEST_CASE("session: a request may come byte by byte, blank lines before it are passed over") {
  Bench bench;
  Client client = bench.connect();
  for (const char byte : std::string("\r\n\r\nPOST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"))
    client.send({&byte, 1});
  CHECK(client.answer().body == "hi");
}

TEST_CASE("session: the connection ends where the client or the handler says so") {
  Bench bench;
  Client client = bench.connect();
  const Answer answer = client.get("/hello", "Connection: close\r\n").answer();
  CHECK(answer["connection"] == "close");
  CHECK(answer.body == "hello");
  CHECK(client.is_closed());
  Client other = bench.connect();
  CHECK(other.get("/close").answer()["connection"] == "close");
  CHECK(other.is_closed());
}

TEST_CASE("session: HTTP/1.0 ends after one request, or stays when asked to") {
  Bench bench;
  Client once = bench.connect();
  const Answer answer = once.send("GET /hello HTTP/1.0\r\n\r\n").answer();
  CHECK(answer.body == "hello");
  CHECK(answer["connection"] == "close");
  CHECK(once.is_closed());
  Client stays = bench.connect();
  for (int i = 0; i < 2; ++i)
    CHECK(stays.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer()["connection"] == "keep-alive");
}

TEST_CASE("session: HEAD has the header of GET and no body") {
  Bench bench;
  Client client = bench.connect();
  const Answer get = client.get("/hello").answer();
  const Answer head = client.send("HEAD /hello HTTP/1.1\r\nHost: test\r\n\r\n").answer(true);
  CHECK(head.status == 200);
  CHECK(head["content-length"] == get["content-length"]);
  CHECK(head["content-type"] == get["content-type"]);
  CHECK(client.get("/hello").answer().body == "hello");
}

TEST_CASE("session: HEAD of a stream has no body either, and the connection goes on") {
  Bench bench;
  Client client = bench.connect();
  for (const char* path : {"/stream", "/events", "/broken"}) {
    const Answer head = client.send("HEAD " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n\r\n").answer(true);
    CHECK(head.status == 200);
    CHECK(head["transfer-encoding"] == "chunked");
    CHECK(client.get("/hello").answer().body == "hello");
  }
}

TEST_CASE("session: answers that have no body say no length") {
  Bench bench;
  Client client = bench.connect();
  const Answer gone = client.send("DELETE /hello HTTP/1.1\r\nHost: test\r\n\r\n").answer();
  CHECK(gone.status == 204);
  CHECK(gone["content-length"].empty());
  const Answer same = client.get("/tagged").answer();
  CHECK(same.status == 304);
  CHECK(same["etag"] == "\"1\"");
  CHECK(same["content-length"].empty());
  CHECK(client.get("/hello").answer().body == "hello");
}

TEST_CASE("session: a stream is chunked, and the connection goes on after it") {
  Bench bench;
  Client client = bench.connect();
  const Answer answer = client.get("/stream").answer();
  CHECK(answer["transfer-encoding"] == "chunked");
  CHECK(answer.body == "one two three");
  CHECK(answer.whole);
  CHECK(client.get("/hello").answer().body == "hello");
}

TEST_CASE("session: for HTTP/1.0 a stream ends with the connection, also where that was to stay") {
  Bench bench;
  Client client = bench.connect();
  const Answer answer = client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").answer();
  CHECK(answer["transfer-encoding"].empty());
  CHECK(answer["content-length"].empty());
  CHECK(answer["connection"] == "close");
  CHECK(answer.body == "one two three");
}

TEST_CASE("session: a stream that breaks off ends the connection within the body, so that nobody takes it for whole") {
  Bench bench;
  Client client = bench.connect();
  const Answer answer = client.get("/broken").answer();
  CHECK(answer.body == "half");
  CHECK_FALSE(answer.whole);
}

TEST_CASE("session: a handler that throws is a fault of ours, told without its reason, and costs one request") {
  Bench bench;
  Client client = bench.connect();
  const Answer answer = client.get("/throws", "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n").answer();
  CHECK(answer.status == 500);
  CHECK(answer["content-type"] == "application/problem+json");
  CHECK_THAT(answer.body, !Catch::Contains("secret") && Catch::Contains("4bf92f3577b34da6a3ce929d0e0e4736"));
  CHECK(client.get("/hello").answer().body == "hello");
}

TEST_CASE("session: the path is decoded, the query is handed on as sent") {
  Bench bench;
  Client client = bench.connect();
  CHECK(client.get("/things/%E4%B8%AD%20b+?a=%20&b").answer().body == "中 b+?a=%20&b");
  CHECK(client.get("http://elsewhere/things/7?x").answer().body == "7?x");
  for (const char* path : {"/things/%", "/things/%zz", "/things/%00", "/things/%ff", "things"}) {
    CAPTURE(path);
    const Answer answer = client.get(path).answer();
    CHECK(answer.status == 400);
    CHECK_THAT(answer.body, Catch::Contains(R"("field":"path")"));
  }
  CHECK(client.get("/hello").answer().status == 200);
}

TEST_CASE("session: what the table does not hold") {
  Bench bench;
  Client client = bench.connect();
  CHECK(client.get("/nothing").answer().status == 404);
  const Answer wrong = client.send("PUT /hello HTTP/1.1\r\nHost: test\r\n\r\n").answer();
  CHECK(wrong.status == 405);
  CHECK(wrong["allow"] == "GET, HEAD, DELETE, OPTIONS");
  const Answer options = client.send("OPTIONS /hello/ HTTP/1.1\r\nHost: test\r\n\r\n").answer();
  CHECK(options.status == 204);
  CHECK(options["allow"] == "GET, HEAD, DELETE, OPTIONS");
  CHECK(client.send("OPTIONS * HTTP/1.1\r\nHost: test\r\n\r\n").answer().status == 204);
  CHECK(client.get("*").answer().status == 400);
}

TEST_CASE("session: other origins may read what is open to them, and nothing else") {
  Bench bench({}, "https://a.example");
  Client client = bench.connect();
  const std::string origin = "Origin: https://a.example\r\n";
  CHECK(client.get("/hello", origin).answer()["access-control-allow-origin"] == "https://a.example");
  CHECK(client.get("/nothing", origin).answer()["access-control-allow-origin"] == "https://a.example");
  CHECK(client.get("/own", origin).answer()["access-control-allow-origin"].empty());
  const std::string ask = origin + "Host: test\r\nAccess-Control-Request-Method: DELETE\r\n\r\n";
  CHECK(client.send("OPTIONS /hello HTTP/1.1\r\n" + ask).answer()["access-control-allow-methods"] == "GET, HEAD, DELETE, OPTIONS");
  CHECK(client.send("OPTIONS /own HTTP/1.1\r\n" + ask).answer()["access-control-allow-methods"].empty());
}

TEST_CASE("session: the client's request id comes back, else the trace's") {
  Bench bench;
  Client client = bench.connect();
  CHECK(client.get("/hello", "X-Request-Id: mine-1\r\n").answer()["x-request-id"] == "mine-1");
  CHECK(client.get("/hello", "X-Request-Id: a b\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n")
            .answer()["x-request-id"] == "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST_CASE("session: bodies are compressed as the client asks, each form with its own tag") {
  Bench bench;
  Client client = bench.connect();
  const std::string text(5000, 'x');
  for (const std::string path : {"/packed", "/fixed"}) {
    CAPTURE(path);
    const Answer zipped = client.get(path, "Accept-Encoding: gzip\r\n").answer();
    CHECK(zipped["content-encoding"] == "gzip");
    CHECK(zipped["vary"] == "Accept-Encoding");
    CHECK_THAT(zipped["etag"], Catch::EndsWith("-gzip\""));
    CHECK(from_gzip(zipped.body) == text);
    const Answer packed = client.get(path, "Accept-Encoding: gzip, br\r\n").answer();
    CHECK(packed["content-encoding"] == "br");
    CHECK(from_brotli(packed.body, text.size()) == text);
    const Answer plain = client.get(path).answer();
    CHECK(plain["content-encoding"].empty());
    CHECK(plain["vary"] == "Accept-Encoding");
    CHECK(plain.body == text);
    const Answer head = client.send("HEAD " + path + " HTTP/1.1\r\nHost: test\r\nAccept-Encoding: gzip\r\n\r\n").answer(true);
    CHECK(head["content-length"] == zipped["content-length"]);
  }
  CHECK(client.get("/hello", "Accept-Encoding: gzip\r\n").answer()["content-encoding"].empty());
}

TEST_CASE("session: an answer larger than the socket takes arrives whole, also in a row of answers") {
  Bench bench;
  Client client = bench.connect();
  client.get("/big").get("/hello").get("/big");
  CHECK((client.answer().body == bench.big()));
  CHECK(client.answer().body == "hello");
  CHECK((client.answer().body == bench.big()));
}

TEST_CASE("session: what was answered is counted, by route and by class of status") {
  Bench bench;
  {
    Client client = bench.connect();
    client.get("/hello").answer();
    client.get("/hello").answer();
    client.get("/throws").answer();
    client.get("/nothing").answer();
    client.send("broken\r\n\r\n").answer();
  }
  wait_until([&] { return bench.open_connections() == 0; });
  CHECK(bench.counters("/hello").by_class[2].get() == 2);
  CHECK(bench.counters("/throws").by_class[5].get() == 1);
  CHECK(bench.counters("").by_class[4].get() == 2);
  CHECK(bench.counters().accepted.get() == 1);
  CHECK(bench.counters().in_flight.get() == 0);
  CHECK(bench.counters().connections.get() == 0);
}
