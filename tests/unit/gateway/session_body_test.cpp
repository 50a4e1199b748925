// Request bodies and the limits that are kept while reading, over real sockets.
#include "session_bench.hpp"

using std::chrono::milliseconds;

namespace {

const std::string head = "POST /echo HTTP/1.1\r\nHost: test\r\n";
const std::string chunked_head = head + "Transfer-Encoding: chunked\r\n\r\n";

http::Limits small() {
  http::Limits limits;
  limits.header_bytes = 512;
  limits.body_bytes = 100;
  limits.streamed_body_bytes = 1000;
  return limits;
}

std::string chunk(std::string_view text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + std::string(text) + "\r\n";
}

/// The problem that `request` is refused with; the connection ends.
int refused(Bench& bench, std::string_view request, bool end_sending = false) {
  Client client = bench.connect();
  client.send(request);
  if (end_sending) client.end_sending();
  const Answer answer = client.answer();
  CHECK(answer["connection"] == "close");
  CHECK(answer["content-type"] == "application/problem+json");
  CHECK(client.is_closed());
  return answer.status;
}

}  // namespace

TEST_CASE("session: a body is read whole, by its length or by its chunks") {
  Bench bench;
  Client client = bench.connect();
  CHECK(client.post("/echo", "hello").answer().body == "hello");
  CHECK(client.post("/echo", "").answer().body.empty());
  CHECK(client.send(head + "\r\n").answer().body.empty());
  CHECK(client.send(chunked_head + chunk("hel") + chunk("lo") + "0\r\nX-Trailer: 1\r\n\r\n").answer().body == "hello");
  CHECK(client.send(chunked_head + "0\r\n\r\n").answer().body.empty());
  const std::string large(1024 * 1024, 'x');
  CHECK((client.post("/echo", large).answer().body == large));
}

TEST_CASE("session: a streamed body reaches the handler in pieces, to its end") {
  Bench bench;
  Client client = bench.connect();
  CHECK(client.post("/count", std::string(3'000'000, 'x')).answer().body == "3000000");
  CHECK(client.post("/count", "").answer().body == "0");
  client.send("POST /count HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 1000; ++i) client.send(chunk(std::string(1000, 'x')));
  CHECK(client.send("0\r\n\r\n").answer().body == "1000000");
  CHECK(client.get("/hello").answer().body == "hello");
}

TEST_CASE("session: a body may be as long as the limit and no longer") {
  Bench bench(small());
  Client client = bench.connect();
  const std::string most(100, 'x');
  CHECK(client.post("/echo", most).answer().body == most);
  CHECK(client.send(chunked_head + chunk(most.substr(1)) + chunk("x") + "0\r\n\r\n").answer().body == most);
  CHECK(refused(bench, head + "Content-Length: 101\r\n\r\n") == 413);
  CHECK(refused(bench, chunked_head + chunk(most) + chunk("x")) == 413);
  CHECK(refused(bench, chunked_head + chunk(std::string(100'000, 'x')) + "0\r\n\r\n") == 413);
}

TEST_CASE("session: a streamed body has a limit of its own") {
  Bench bench(small());
  Client client = bench.connect();
  CHECK(client.post("/count", std::string(1000, 'x')).answer().body == "1000");
  CHECK(refused(bench, "POST /count HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n") == 413);
  Client other = bench.connect();
  const Answer answer =
      other.send("POST /count HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(std::string(1001, 'x'))).answer();
  CHECK(answer.body == "OUT_OF_RANGE ");
  CHECK(answer["connection"] == "close");
  CHECK(other.is_closed());
}

TEST_CASE("session: a header may be as long as the limit and no longer") {
  Bench bench(small());
  const std::string begin = "GET /hello HTTP/1.1\r\nHost: test\r\nX-Long: ", end = "\r\n\r\n";
  const std::string most = begin + std::string(512 - begin.size() - end.size(), 'x') + end;
  Client client = bench.connect();
  CHECK(client.send(most + most).answer().status == 200);
  CHECK(client.answer().status == 200);
  CHECK(refused(bench, begin + "x" + most.substr(begin.size())) == 431);
  CHECK(refused(bench, begin + std::string(5000, 'x')) == 431);
  CHECK(refused(bench, "GET /" + std::string(5000, 'x')) == 431);
}

TEST_CASE("session: a body with a content coding is not taken") {
  Bench bench;
  CHECK(refused(bench, head + "Content-Length: 1\r\nContent-Encoding: gzip\r\n\r\nx") == 415);
  CHECK(bench.connect().post("/echo", "x", "Content-Encoding: identity\r\n").answer().body == "x");
}

TEST_CASE("session: who expects 100-continue hears it before the body is sent, and then the answer") {
  Bench bench;
  Client client = bench.connect();
  for (const char* path : {"/echo", "/count"}) {
    client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    CHECK(client.answer().status == 100);
    CHECK(client.send("hello").answer().status == 200);
  }
  CHECK(client.get("/hello").answer().body == "hello");
}

TEST_CASE("session: a body that will not be read is not asked for") {
  Bench bench(small());
  CHECK(refused(bench, head + "Content-Length: 101\r\nExpect: 100-continue\r\n\r\n") == 413);
  CHECK(refused(bench, "POST /nothing HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n") == 404);
  Client client = bench.connect();
  client.send("POST /ignore HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.answer().body == "ignored");
  CHECK(client.is_closed());
}

TEST_CASE("session: another expectation is refused; of an HTTP/1.0 client it is passed over") {
  Bench bench;
  CHECK(refused(bench, head + "Content-Length: 1\r\nExpect: tea\r\n\r\n") == 417);
  CHECK(bench.connect().send("POST /echo HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx").answer().body == "x");
}

TEST_CASE("session: a body that nobody reads is passed over where it is short, else the connection ends") {
  Bench bench(small());
  Client client = bench.connect();
  CHECK(client.post("/ignore", "body").answer().body == "ignored");
  CHECK(client.send("POST /ignore HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("body") + "0\r\n\r\n")
            .answer()
            .body == "ignored");
  CHECK(client.post("/unread", "body").answer().body == "unread");
  CHECK(client.get("/hello").answer().body == "hello");
  const Answer answer = client.post("/ignore", std::string(101, 'x')).answer();
  CHECK(answer.body == "ignored");
  CHECK(answer["connection"] == "close");
  CHECK(client.is_closed());
}

TEST_CASE("session: bytes that are no request are refused, and nothing after them is read") {
  Bench bench;
  const std::string next = "GET /hello HTTP/1.1\r\nHost: test\r\n\r\n";
  for (const std::string bytes :
       {"\x16\x03\x01", "GET / HTTP/1.1\nHost: test\n\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: test\r\nX\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    CAPTURE(bytes);
    CHECK(refused(bench, bytes + next) == 400);
  }
}

TEST_CASE("session: broken chunks and bodies that are cut short are refused") {
  Bench bench;
  CHECK(refused(bench, chunked_head + "zz\r\n12345") == 400);
  CHECK(refused(bench, chunked_head + "5\r\nhelloworld") == 400);
  CHECK(refused(bench, chunked_head + "5;" + std::string(200'000, 'x')) == 400);
  CHECK(refused(bench, chunked_head + chunk("hello"), true) == 400);
  CHECK(refused(bench, head + "Content-Length: 5\r\n\r\nhell", true) == 400);
}

TEST_CASE("session: a handler that streams learns what was wrong with the body") {
  Bench bench;
  const std::string count = "POST /count HTTP/1.1\r\nHost: test\r\n";
  CHECK(bench.connect().send(count + "Transfer-Encoding: chunked\r\n\r\n" + chunk("hello") + "zz\r\n12345").answer().body ==
        "INVALID_ARGUMENT MALFORMED");
  Client client = bench.connect();
  client.send(count + "Content-Length: 5\r\n\r\nhell");
  client.end_sending();
  CHECK(client.answer().body == "CANCELLED ");
}

TEST_CASE("session: a header that does not come to an end is given up with 408") {
  http::Limits limits;
  limits.header_timeout = milliseconds(50);
  Bench bench(limits);
  CHECK(refused(bench, "GET /hello HTTP/1.1\r\nHost:") == 408);
}

TEST_CASE("session: a body that does not come to an end is given up with 408") {
  http::Limits limits;
  limits.body_timeout = milliseconds(50);
  Bench bench(limits);
  CHECK(refused(bench, head + "Content-Length: 5\r\n\r\nhell") == 408);
  CHECK(refused(bench, chunked_head + chunk("hello")) == 408);
  CHECK(bench.connect().send("POST /count HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhell").answer().body == "DEADLINE_EXCEEDED ");
}

TEST_CASE("session: a connection that asks for nothing is closed without a word") {
  http::Limits limits;
  limits.idle_timeout = milliseconds(50);
  Bench bench(limits);
  CHECK(bench.connect().is_closed());
}

TEST_CASE("session: a client that does not take its answer is given up") {
  http::Limits limits;
  limits.write_timeout = milliseconds(50);
  Bench bench(limits);
  Client client = bench.connect();
  client.get("/big").get("/big");
  wait_until([&] { return bench.counters().accepted.get() == 1 && bench.open_connections() == 0; });
}
