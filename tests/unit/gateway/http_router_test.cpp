// From a path to its endpoint.
#include "http/router.hpp"

#include "support/catch.hpp"

using http::BodyUse;
using http::Endpoint;
using http::Method;
using http::Router;

namespace {

Router table() {
  return Router({{Method::get, "/", {}},
                 {Method::get, "/things/", {}},
                 {Method::post, "/things/", {}, BodyUse::whole},
                 {Method::get, "/things/{id}", {}},
                 {Method::put, "/things/{id}", {}},
                 {Method::delete_, "/things/{id}", {}},
                 {Method::post, "/things/import", {}, BodyUse::streamed},
                 {Method::get, "/things/{id}/parts/{part}", {}},
                 {Method::get, "/files/{a}/{b}/{c}", {}},
                 {Method::get, "/own", {}, BodyUse::ignored, false}});
}

/// "pattern: parameter parameter"; empty where there is nothing.
std::string find(const Router& router, std::string_view path) {
  std::array<std::string_view, 3> parameters{};
  const Endpoint* endpoint = router.find(path, parameters);
  if (!endpoint) return "";
  std::string text(endpoint->pattern);
  for (const std::string_view parameter : parameters)
    if (!parameter.empty()) text.append(text.size() > endpoint->pattern.size() ? " " : ": ").append(parameter);
  return text;
}

}  // namespace

TEST_CASE("paths answer with and without the trailing slash") {
  const Router router = table();
  for (const char* path : {"/things", "/things/"}) CHECK(find(router, path) == "/things");
  for (const char* path : {"/things/7", "/things/7/"}) CHECK(find(router, path) == "/things/{id}: 7");
  for (const char* path : {"/own", "/own/"}) CHECK(find(router, path) == "/own");
  CHECK(find(router, "/") == "/");
}

TEST_CASE("placeholders take one whole segment each, in order") {
  const Router router = table();
  CHECK(find(router, "/things/a b") == "/things/{id}: a b");
  CHECK(find(router, "/things/{id}") == "/things/{id}: {id}");
  CHECK(find(router, "/things/7/parts/x") == "/things/{id}/parts/{part}: 7 x");
  CHECK(find(router, "/files/1/2/3/") == "/files/{a}/{b}/{c}: 1 2 3");
}

TEST_CASE("a path of its own goes before a placeholder") {
  const Router router = table();
  CHECK(find(router, "/things/import") == "/things/import");
  CHECK(find(router, "/things/import/") == "/things/import");
  CHECK(find(router, "/things/imports") == "/things/{id}: imports");
}

TEST_CASE("anything else is not found") {
  const Router router = table();
  for (const char* path :
       {"/thing", "/things7", "/Things", "/things//", "/things//parts/x", "/things/7//", "/things/7/parts", "/things/7/parts/",
        "/things/7/parts//", "/things/7/parts/x/y", "/files/1/2", "/files/1/2/3/4", "/files//2/3", "/own/x", "//things", "/./things"}) {
    CAPTURE(path);
    CHECK(find(router, path).empty());
  }
}

TEST_CASE("Allow lists the methods of a path; HEAD comes with GET") {
  const Router router = table();
  std::array<std::string_view, 3> parameters{};
  CHECK(router.find("/things", parameters)->allow == "GET, HEAD, POST, OPTIONS");
  CHECK(router.find("/things/7", parameters)->allow == "GET, HEAD, PUT, DELETE, OPTIONS");
  CHECK(router.find("/things/import", parameters)->allow == "POST, OPTIONS");
}

TEST_CASE("each method finds its own row of the table, with its place") {
  const Router router = table();
  std::array<std::string_view, 3> parameters{};
  const Endpoint& things = *router.find("/things", parameters);
  const auto row = [&](Method method) { return things.by_method[static_cast<std::size_t>(method)]; };
  REQUIRE(row(Method::post));
  CHECK(row(Method::post)->index == 2);
  CHECK(row(Method::post)->body == BodyUse::whole);
  CHECK(row(Method::get)->index == 1);
  CHECK(row(Method::head) == row(Method::get));
  CHECK_FALSE(row(Method::put));
  CHECK_FALSE(row(Method::other));
  CHECK(things.cross_origin);
  CHECK_FALSE(router.find("/own", parameters)->cross_origin);
}
