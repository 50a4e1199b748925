// HTTP/1.1 requests: which are taken, and what is read from them. Where two readers could disagree about a request's end, it is refused.
#include "http/parser.hpp"

#include "support/catch.hpp"

#include "pieces.hpp"

using http::Method;
using http::Parser;
using http::Request;
using namespace std::string_literals;

namespace {

using Lines = std::vector<std::string>;

/// A request's header, parsed; the bytes stay where the request's views point.
struct Parsed {
  explicit Parsed(const std::string& line, const Lines& fields) : header(line + "\r\n") {
    for (const std::string& field : fields) header += field + "\r\n";
    header += "\r\n";
    good = parser.parse_header(header);
  }
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  std::string header;
  Request request;
  Parser parser{request};
  bool good = false;
};

bool is_taken(const Lines& fields, const std::string& line = "POST / HTTP/1.1") {
  const Parsed parsed(line, fields);
  CHECK(parsed.good == parsed.parser.header_fault().empty());
  return parsed.good;
}

/// The body of a chunked request, its bytes in pieces; "!" for a broken one, "…" at the end of one that is not whole, "+text" for what is
/// left.
std::string chunked_in(std::size_t size, std::string_view bytes) {
  Parsed parsed("POST / HTTP/1.1", {"Host: h", "Transfer-Encoding: chunked"});
  REQUIRE(parsed.good);
  std::string waiting;
  bool well_formed = true;
  pieces::each(bytes, size, [&](std::string_view piece) {
    waiting += piece;
    std::size_t used = 1;
    while (well_formed && used > 0 && !parsed.parser.is_done() && !waiting.empty()) {
      used = parsed.parser.parse_body(waiting.data(), waiting.size(), well_formed);
      waiting.erase(0, used);
    }
  });
  if (!well_formed) return "!";
  return parsed.parser.body + (parsed.parser.is_done() ? "" : "…") + (parsed.parser.is_done() && !waiting.empty() ? "+" + waiting : "");
}

std::string chunked(std::string_view bytes) {
  const std::string whole = chunked_in(0, bytes);
  for (const std::size_t size : pieces::sizes) {
    CAPTURE(size);
    CHECK(chunked_in(size, bytes) == whole);
  }
  return whole;
}

}  // namespace

TEST_CASE("a request line is a method, a target and a version") {
  const Parsed get("GET /a?b HTTP/1.1", {"Host: h"});
  REQUIRE(get.good);
  CHECK(get.request.method == Method::get);
  CHECK(get.request.method_text == "GET");
  CHECK(get.request.target == "/a?b");
  CHECK(get.parser.version() == 11);
  const std::pair<const char*, Method> methods[] = {{"HEAD", Method::head},      {"POST", Method::post},      {"PUT", Method::put},
                                                    {"PATCH", Method::patch},    {"DELETE", Method::delete_}, {"OPTIONS", Method::options},
                                                    {"PROPFIND", Method::other}, {"get", Method::other},      {"BREW", Method::other}};
  for (const auto& [text, method] : methods) {
    const Parsed parsed(text + " / HTTP/1.1"s, {"Host: h"});
    CAPTURE(text);
    REQUIRE(parsed.good);
    CHECK(parsed.request.method_text == text);
    CHECK(static_cast<int>(parsed.request.method) == static_cast<int>(method));
  }
}

TEST_CASE("any other first line is refused") {
  for (const char* line : {"GET", "GET /", "GET / HTTP/1.2.3", "GET / HTTP/2.0", "GET / HTTP/1.1 x", "GET  / HTTP/1.1", "GET /a b HTTP/1.1",
                           " GET / HTTP/1.1", "GET / http/1.1", "GET /\x01 HTTP/1.1", "G(T / HTTP/1.1", "GET /\nX: y HTTP/1.1"}) {
    CAPTURE(line);
    CHECK_FALSE(is_taken({"Host: h"}, line));
  }
}

TEST_CASE("a request has one Host; only HTTP/1.0 may do without") {
  CHECK(is_taken({"Host: h"}));
  CHECK(is_taken({"Host: h:8000"}));
  CHECK_FALSE(is_taken({}));
  CHECK_FALSE(is_taken({"Host: a", "Host: b"}));
  CHECK_FALSE(is_taken({"Host: a", "hOST: a"}));
  CHECK(is_taken({}, "GET / HTTP/1.0"));
  CHECK(is_taken({"Host: h"}, "GET / HTTP/1.0"));
  CHECK_FALSE(is_taken({"Host: a", "Host: b"}, "GET / HTTP/1.0"));
}

TEST_CASE("a header line is a name, a colon and a value; folded ones are refused") {
  for (const Lines& fields : {Lines{"X : y"}, Lines{": y"}, Lines{"X"}, Lines{"X Y: z"}, Lines{"X: a\x01"}, Lines{"X: \x7f"},
                              Lines{"X: a\0b"s}, Lines{"X: a\nY: b"}, Lines{"X: a\rb"}, Lines{"\xc3\x9c: x"}, Lines{"X: a", " folded"},
                              Lines{"X: a", "\tfolded"}, Lines{"Accept: a", " folded"}, Lines{" X: a"}}) {
    Lines all{"Host: h"};
    all.insert(all.end(), fields.begin(), fields.end());
    CAPTURE(fields);
    CHECK_FALSE(is_taken(all));
  }
  CHECK(is_taken({"Host: h", "X:", "Y:  z  ", "Z: \xff", "q!#$%&'*+-.^_`|~: 1"}));
}

TEST_CASE("every field that somebody reads comes to its place, without blanks around it") {
  const Parsed parsed("GET / HTTP/1.1", {"Host: h", "ACCEPT: \t1 ", "accept-encoding: 2", "Accept-Language:3", "Content-Type: 4",
                                         "Content-Encoding: 5", "Expect: 6", "Origin: 7", "Cookie: 8", "If-Match: 9", "If-None-Match: 10",
                                         "Prefer: 11", "idempotency-KEY: 12", "X-Consistency-Token: 13", "X-Request-Id: 14",
                                         "traceparent: 15", "Sec-Fetch-Site: 16", "Access-Control-Request-Method: 17"});
  REQUIRE(parsed.good);
  const http::Headers& headers = parsed.request.headers;
  const std::string_view read[] = {headers.accept,
                                   headers.accept_encoding,
                                   headers.accept_language,
                                   headers.content_type,
                                   headers.content_encoding,
                                   headers.expect,
                                   headers.origin,
                                   headers.cookie,
                                   headers.if_match,
                                   headers.if_none_match,
                                   headers.prefer,
                                   headers.idempotency_key,
                                   headers.consistency_token,
                                   headers.request_id,
                                   headers.traceparent,
                                   headers.sec_fetch_site,
                                   headers.access_control_request_method};
  for (int i = 0; i < 17; ++i) CHECK(read[i] == std::to_string(i + 1));
  CHECK(headers.host == "h");
}

TEST_CASE("lists that came in several lines are one list") {
  const Parsed parsed("GET / HTTP/1.1", {"Host: h", "If-None-Match: \"1\"", "If-None-Match: \"2\"", "Accept:", "Accept: a", "Accept: b",
                                         "Accept: c", "Cookie: a=1", "Cookie: b=2", "Prefer: x"});
  REQUIRE(parsed.good);
  CHECK(parsed.request.headers.if_none_match == "\"1\", \"2\"");
  CHECK(parsed.request.headers.accept == ", a, b, c");
  CHECK(parsed.request.headers.cookie == "a=1; b=2");
  CHECK(parsed.request.headers.prefer == "x");
}

TEST_CASE("what means one thing may stand once") {
  for (const char* name :
       {"Content-Type", "Origin", "Idempotency-Key", "X-Consistency-Token", "Access-Control-Request-Method", "Sec-Fetch-Site"}) {
    const Parsed twice("POST / HTTP/1.1", {"Host: h", name + ": a"s, name + ": a"s});
    CAPTURE(name);
    CHECK_FALSE(twice.good);
    CHECK_THAT(twice.parser.header_fault(), Catch::Contains(name) && Catch::Contains("more than once"));
    CHECK_FALSE(is_taken({"Host: h", name + ":"s, name + ": a"s}));
  }
}

TEST_CASE("an idempotency key that is there but empty is told from none") {
  CHECK(Parsed("POST / HTTP/1.1", {"Host: h", "Idempotency-Key:"}).request.headers.has_idempotency_key);
  CHECK_FALSE(Parsed("POST / HTTP/1.1", {"Host: h"}).request.headers.has_idempotency_key);
}

TEST_CASE("only the one transfer coding that leaves no doubt is taken") {
  CHECK(is_taken({"Host: h", "Transfer-Encoding: chunked"}));
  CHECK(is_taken({"Host: h", "Transfer-Encoding: Chunked"}));
  for (const char* coding : {"", "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,", "xchunked",
                             "chunkedx", "\"chunked\"", "chunked;q=1", "chunked\v"}) {
    CAPTURE(coding);
    CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: "s + coding}));
  }
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"}));
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: chunked", "Transfer-Encoding: identity"}));
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: identity", "Transfer-Encoding: chunked"}));
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding : chunked"}));
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: chunked"}, "POST / HTTP/1.0"));
}

TEST_CASE("a length beside a transfer coding is refused, in either order") {
  CHECK_FALSE(is_taken({"Host: h", "Content-Length: 5", "Transfer-Encoding: chunked"}));
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: chunked", "Content-Length: 5"}));
  CHECK_FALSE(is_taken({"Host: h", "Transfer-Encoding: chunked", "Content-Length: 0"}));
}

TEST_CASE("a length is one decimal number") {
  for (const char* length : {"0", "5", "005", "18446744073709551615"}) {
    CAPTURE(length);
    CHECK(is_taken({"Host: h", "Content-Length: "s + length}));
  }
  for (const char* length : {"", "+5", "-5", "0x5", "5 5", "5,6", "5;", "5.0", "18446744073709551616", "99999999999999999999999999"}) {
    CAPTURE(length);
    CHECK_FALSE(is_taken({"Host: h", "Content-Length: "s + length}));
  }
  CHECK_FALSE(is_taken({"Host: h", "Content-Length: 5", "Content-Length: 6"}));
}

TEST_CASE("a body of a given length ends there, and what follows is left") {
  for (const std::size_t size : pieces::sizes) {
    Parsed parsed("POST / HTTP/1.1", {"Host: h", "Content-Length: 5"});
    REQUIRE(parsed.good);
    CHECK(parsed.parser.content_length().value_or(0) == 5);
    std::string left;
    pieces::each("helloGET /", size, [&](std::string_view piece) {
      bool well_formed = true;
      if (!parsed.parser.is_done()) piece.remove_prefix(parsed.parser.parse_body(piece.data(), piece.size(), well_formed));
      CHECK(well_formed);
      left += piece;
    });
    CHECK(parsed.parser.is_done());
    CHECK(parsed.parser.body == "hello");
    CHECK(left == "GET /");
  }
}

TEST_CASE("a request without length or coding has no body") {
  CHECK(Parsed("GET / HTTP/1.1", {"Host: h"}).parser.is_done());
  CHECK(Parsed("POST / HTTP/1.1", {"Host: h"}).parser.is_done());
  CHECK(Parsed("POST / HTTP/1.1", {"Host: h", "Content-Length: 0"}).parser.is_done());
  CHECK_FALSE(Parsed("POST / HTTP/1.1", {"Host: h", "Content-Length: 1"}).parser.is_done());
}

TEST_CASE("chunks are put together, however they are cut") {
  CHECK(chunked("5\r\nhello\r\n1\r\n \r\n0005\r\nworld\r\n0\r\n\r\n") == "hello world");
  CHECK(chunked("A\r\n0123456789\r\na\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\n\r\n") == "0123456789\r\n\r\n\r\n\r\n\r\n");
  CHECK(chunked("0\r\n\r\n").empty());
  CHECK(chunked("1\r\nx\r\n0\r\n\r\nGET /") == "x+GET /");
  CHECK(chunked("3;name=value;x=\"y\"\r\nabc\r\n0;last\r\n\r\n") == "abc");
}

TEST_CASE("trailers are read to their end and passed over") {
  CHECK(chunked("1\r\nx\r\n0\r\nX-Check: 1\r\nHost: evil\r\n\r\n+") == "x++");
  Parsed parsed("POST / HTTP/1.1", {"Host: h", "Transfer-Encoding: chunked"});
  const std::string body = "0\r\nContent-Type: text/html\r\nIdempotency-Key: k\r\nHost: evil\r\nCookie: c\r\n\r\n";
  bool well_formed = true;
  for (std::size_t used = 0; well_formed && !parsed.parser.is_done();)
    used += parsed.parser.parse_body(body.data() + used, body.size() - used, well_formed);
  CHECK(well_formed);
  CHECK(parsed.request.headers.host == "h");
  CHECK(parsed.request.headers.content_type.empty());
  CHECK(parsed.request.headers.cookie.empty());
  CHECK_FALSE(parsed.request.headers.has_idempotency_key);
}

TEST_CASE("trailers may be longer than the header was, within the session's bounds") {
  CHECK(chunked("1\r\nx\r\n0\r\nX-Long: " + std::string(2000, 'y') + "\r\n\r\n") == "x");
}

TEST_CASE("broken chunks are broken in any pieces, whatever follows them") {
  for (const char* body : {"x\r\n", "-1\r\n", "+1\r\nx\r\n", " 1\r\nx\r\n", "0x1\r\nx\r\n", "\r\n", "1\nx\n0\n\n", "1\r\nxy\r\n0\r\n\r\n",
                           "1\r\nx0\r\n\r\n", "5\r\nhelloX\r\n", "10000000000000000\r\n", "ffffffffffffffffffff\r\n",
                           "1\r\nx\r\n0\r\nbad trailer\r\n\r\n", "1\r\nx\r\n0\r\n: y\r\n\r\n"}) {
    CAPTURE(body);
    CHECK(chunked(body + "GET / HTTP/1.1\r\nHost: h\r\n\r\n"s) == "!");
  }
}

TEST_CASE("a body that ends too early is not done") {
  for (const std::string whole : {"3\r\nabc\r\n0\r\nX: y\r\n\r\n", "0\r\n\r\n"})
    for (const std::size_t size : pieces::sizes)
      for (std::size_t length = 0; length < whole.size(); ++length) {
        CAPTURE(whole, size, length);
        CHECK_THAT(chunked_in(size, whole.substr(0, length)), Catch::EndsWith("…"));
      }
}

TEST_CASE("100-continue is expected by HTTP/1.1 clients only") {
  CHECK(Parsed("POST / HTTP/1.1", {"Host: h", "Expect: 100-Continue"}).parser.expects_continue());
  CHECK_FALSE(Parsed("POST / HTTP/1.0", {"Host: h", "Expect: 100-continue"}).parser.expects_continue());
  CHECK_FALSE(Parsed("POST / HTTP/1.1", {"Host: h", "Expect: 200-ok"}).parser.expects_continue());
  CHECK_FALSE(Parsed("POST / HTTP/1.1", {"Host: h"}).parser.expects_continue());
}

TEST_CASE("whether the connection stays is the version's default and the client's word") {
  CHECK(Parsed("GET / HTTP/1.1", {"Host: h"}).parser.keep_alive());
  CHECK_FALSE(Parsed("GET / HTTP/1.1", {"Host: h", "Connection: Close"}).parser.keep_alive());
  CHECK_FALSE(Parsed("GET / HTTP/1.1", {"Host: h", "Connection: x, close"}).parser.keep_alive());
  CHECK_FALSE(Parsed("GET / HTTP/1.0", {}).parser.keep_alive());
  CHECK(Parsed("GET / HTTP/1.0", {"Connection: keep-alive"}).parser.keep_alive());
}
