// Which posts are taken.
#include "console/guard.hpp"

#include <catch2/catch.hpp>

namespace {

const std::string token = console::new_token();

console::PostOrigin good() { return {"same-origin", "http://127.0.0.1:8000", "127.0.0.1:8000", token, token}; }

}  // namespace

TEST_CASE("our own form is taken") {
  CHECK(console::post_allowed(good()));
  auto post = good();
  post.sec_fetch_site = {};
  post.origin = {};
  CHECK(console::post_allowed(post));  // a browser without either header, or a program with cookie and token
  post.origin = "HTTPS://127.0.0.1:8000";
  CHECK(console::post_allowed(post));
}

TEST_CASE("another site's form is refused") {
  auto post = good();
  SECTION("fetch metadata") { post.sec_fetch_site = "cross-site"; }
  SECTION("a sibling host") { post.sec_fetch_site = "same-site"; }
  SECTION("origin") { post.origin = "http://evil.example"; }
  SECTION("another port") { post.origin = "http://127.0.0.1:9000"; }
  SECTION("no origin at all") { post.origin = "null"; }
  SECTION("host as a part of another") { post.origin = "http://127.0.0.1:8000.evil.example"; }
  CHECK_FALSE(console::post_allowed(post));
}

TEST_CASE("a missing, short or wrong token is refused") {
  auto post = good();
  const std::string other = console::new_token();
  SECTION("missing field") { post.form_token = {}; }
  SECTION("missing cookie") { post.cookie_token = {}; }
  SECTION("both missing") { post.cookie_token = post.form_token = {}; }
  SECTION("both too short") { post.cookie_token = post.form_token = "x"; }
  SECTION("wrong") { post.form_token = other; }
  CHECK_FALSE(console::post_allowed(post));
}

TEST_CASE("tokens are long and never the same") {
  CHECK(console::is_token(token));
  CHECK(token != console::new_token());
  CHECK_FALSE(console::is_token(token + "="));
}
