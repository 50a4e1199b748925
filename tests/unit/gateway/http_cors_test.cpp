// Answers for pages of other origins.
#include "http/cors.hpp"

#include "support/catch.hpp"

using http::Cors;
using http::Response;

namespace {

std::string head(const Cors& cors, std::string_view origin) {
  Response response;
  cors.allow(origin, response);
  return response.head;
}

const std::string exposed =
    "Access-Control-Expose-Headers: ETag, Location, Link, Retry-After, X-Request-Id, X-Consistency-Token, Idempotency-Replayed, "
    "Content-Disposition\r\n";

}  // namespace

TEST_CASE("without origins nothing is said") {
  for (const char* list : {"", " ", ","}) {
    const Cors cors(list);
    CHECK_FALSE(cors.on());
    CHECK(head(cors, "https://a.example").empty());
  }
}

TEST_CASE("a known origin may read, and caches are told that the answer depends on it") {
  const Cors cors("https://a.example, http://localhost:5173");
  CHECK(cors.on());
  CHECK(head(cors, "https://a.example") == "Vary: Origin\r\nAccess-Control-Allow-Origin: https://a.example\r\n" + exposed);
  CHECK(head(cors, "http://localhost:5173") == "Vary: Origin\r\nAccess-Control-Allow-Origin: http://localhost:5173\r\n" + exposed);
}

TEST_CASE("any other origin may not, however near") {
  const Cors cors("https://a.example");
  for (const char* origin : {"", "null", "https://a.example.evil", "https://evil-a.example", "http://a.example", "https://a.example:444",
                             "https://A.example", "https://a.example/", "*"}) {
    CAPTURE(origin);
    CHECK(head(cors, origin) == "Vary: Origin\r\n");
  }
}

TEST_CASE("with * every origin may read the same answer") {
  const Cors cors("*");
  CHECK(head(cors, "https://a.example") == "Access-Control-Allow-Origin: *\r\n" + exposed);
  CHECK(head(cors, "").empty());
}

TEST_CASE("a preflight is told the methods and the header fields of the contract") {
  Response response;
  Cors("*").preflight("GET, HEAD, OPTIONS", response);
  CHECK_THAT(response.head, Catch::Contains("Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"));
  for (const char* field :
       {"Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Prefer", "X-Consistency-Token", "Authorization", "Traceparent"})
    CHECK_THAT(response.head, Catch::Contains(field));
  CHECK_THAT(response.head, Catch::Contains("Access-Control-Max-Age: 600\r\n"));
}
