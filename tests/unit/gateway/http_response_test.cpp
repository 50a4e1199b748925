// Answers: their header as bytes, and bodies that are the same for everyone.
#include "http/response.hpp"
#include "http/serialize.hpp"

#include "decode.hpp"

using http::Coding;
using http::Framing;
using http::make_static_body;
using http::Response;
using namespace std::string_literals;

namespace {

const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";

std::string header(const Response& response, const Framing& framing) {
  std::string out = "|";
  http::append_header(out, response, framing, date, "id-1");
  return out.substr(1);
}

}  // namespace

TEST_CASE("no value can smuggle in a line") {
  Response response;
  response.header("X-A", "a\r\nX-Evil: b").header("X-B", "\0\x01\t\x1f\x7f"s).header("X-C", "中 \"c\"");
  CHECK(response.head == "X-A: aX-Evil: b\r\nX-B: \r\nX-C: 中 \"c\"\r\n");
}

TEST_CASE("every status that is answered has its phrase") {
  for (const unsigned status :
       {100, 200, 201, 204, 304, 308, 400, 401, 403, 404, 405, 408, 409, 412, 413, 415, 417, 422, 429, 431, 499, 500, 501, 503, 504})
    CHECK_FALSE(http::reason_phrase(status).empty());
  CHECK(http::reason_phrase(422) == "Unprocessable Content");
  CHECK(http::reason_phrase(299).empty());
}

TEST_CASE("the tag of a static body changes with any byte and with nothing else") {
  const auto tag = [](std::string bytes) { return make_static_body(std::move(bytes))->etag; };
  CHECK(tag("abc") == tag("abc"));
  CHECK(tag("abc") != tag("abd"));
  CHECK(tag("abc") != tag("abc"s + '\0'));
  CHECK(tag("") != tag("\0"s));
  CHECK(tag("abc").size() == 34);
  CHECK(tag("abc").front() == '"');
  CHECK(tag("abc").back() == '"');
  CHECK(make_static_body(std::string(5000, 'x'), false)->etag == tag(std::string(5000, 'x')));
}

TEST_CASE("a static body has compressed forms where they are smaller") {
  const std::string text(http::least_to_compress, 'x');
  const auto body = make_static_body(text);
  CHECK(body->identity == text);
  CHECK(from_gzip(body->gzip) == text);
  CHECK(from_brotli(body->brotli, text.size()) == text);
  const auto short_one = make_static_body(text.substr(1));
  CHECK(short_one->gzip.empty());
  CHECK(short_one->brotli.empty());
  const auto image = make_static_body(text, false);
  CHECK(image->gzip.empty());
  CHECK(image->brotli.empty());
  std::string noise;
  std::uint64_t state = 1;
  for (int i = 0; i < 4096; ++i) noise += static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
  const auto packed = make_static_body(noise);
  CHECK(packed->gzip.empty());
  CHECK(packed->brotli.empty());
}

TEST_CASE("a plain answer") {
  Response response;
  response.status = 201;
  response.type = "application/json";
  response.etag = "\"3\"";
  response.header("Location", "/records/7");
  CHECK(header(response, {.length = 12}) ==
        "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\nContent-Length: 12\r\nETag: "
        "\"3\"\r\n"
        "X-Request-Id: id-1\r\nX-Content-Type-Options: nosniff\r\nLocation: /records/7\r\n\r\n");
}

TEST_CASE("an answer without a body says no length and no type") {
  Response response;
  response.status = 204;
  CHECK(header(response, {.has_length = false}) ==
        "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Request-Id: id-1\r\nX-Content-Type-Options: nosniff\r\n\r\n");
}

TEST_CASE("a stream is framed by chunks, never by a length beside them") {
  const std::string text = header({}, {.chunked = true, .has_length = true, .length = 5});
  CHECK_THAT(text, Catch::Contains("\r\nTransfer-Encoding: chunked\r\n"));
  CHECK_THAT(text, !Catch::Contains("Content-Length"));
}

TEST_CASE("the compressed form has a tag of its own, and caches are told what it depends on") {
  Response response;
  response.etag = "\"abc\"";
  const std::string zipped = header(response, {.coding = Coding::gzip, .varies = true});
  CHECK_THAT(zipped, Catch::Contains("\r\nETag: \"abc-gzip\"\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding\r\n"));
  CHECK_THAT(header(response, {.coding = Coding::brotli, .varies = true}),
             Catch::Contains("\r\nETag: \"abc-br\"\r\nContent-Encoding: br\r\n"));
  const std::string plain = header(response, {.varies = true});
  CHECK_THAT(plain, Catch::Contains("\r\nETag: \"abc\"\r\nVary: Accept-Encoding\r\n"));
  CHECK_THAT(plain, !Catch::Contains("Content-Encoding"));
}

TEST_CASE("how the connection goes on is said where a client would think otherwise") {
  CHECK_THAT(header({}, {}), !Catch::Contains("Connection"));
  CHECK_THAT(header({}, {.old_client = true}), Catch::Contains("\r\nConnection: keep-alive\r\n"));
  CHECK_THAT(header({}, {.keep = false}), Catch::Contains("\r\nConnection: close\r\n"));
  CHECK_THAT(header({}, {.keep = false, .old_client = true}), Catch::Contains("\r\nConnection: close\r\n"));
}
