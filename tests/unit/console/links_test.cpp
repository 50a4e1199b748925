// Addresses: encoding, sort and paging links, and what may not stand in them.
#include "console/links.hpp"

#include <catch2/catch.hpp>

using console::Listing;
using console::ListQuery;

namespace {

Listing listing(std::size_t rows, std::int64_t total, std::string token) {
  Listing out;
  out.rows.resize(rows);
  out.total = total;
  out.next_page_token = std::move(token);
  return out;
}

}  // namespace

TEST_CASE("only what differs from the defaults stands in the address") {
  ListQuery query;
  CHECK(console::list_link(query) == "/");
  query.q = "a b&c=d";
  query.status = "active";
  query.sort = "title";
  query.limit = 50;
  query.skip = 100;
  CHECK(console::list_link(query) == "/?q=a%20b%26c%3Dd&status=active&sort=title&limit=50&skip=100");
  CHECK(console::filter_string(query) == "q=a%20b%26c%3Dd&status=active");
}

TEST_CASE("text of any language is encoded byte by byte") {
  CHECK(console::url_encode("王\"<>'") == "%E7%8E%8B%22%3C%3E%27");
  CHECK(console::url_encode("aZ09-._~") == "aZ09-._~");
}

TEST_CASE("a header sorts rising first, then falling") {
  CHECK(console::next_sort("-id", "id") == "id");
  CHECK(console::next_sort("id", "id") == "-id");
  CHECK(console::next_sort("-id", "title") == "title");
  CHECK(console::sort_state("-id", "id") == "descending");
  CHECK(console::sort_state("title", "title") == "ascending");
  CHECK(console::sort_state("title", "id") == "none");
}

TEST_CASE("the first page of several") {
  const auto steps = console::paging({}, listing(20, 45, "tok"));
  CHECK(steps.page == 1);
  CHECK(steps.pages == 3);
  CHECK(steps.from == 1);
  CHECK(steps.to == 20);
  CHECK(steps.first.empty());
  CHECK(steps.previous.empty());
  CHECK(steps.next == "/?skip=20&page_token=tok");
  CHECK(steps.last == "/?skip=40");
}

TEST_CASE("a page in the middle, reached by its token") {
  ListQuery query;
  query.status = "done";
  query.skip = 20;
  query.page_token = "tok";
  const auto steps = console::paging(query, listing(20, 45, "more"));
  CHECK(steps.page == 2);
  CHECK(steps.first == "/?status=done");
  CHECK(steps.previous == "/?status=done");
  CHECK(steps.next == "/?status=done&skip=40&page_token=more");
}

TEST_CASE("the last page leads back only") {
  ListQuery query;
  query.skip = 40;
  const auto steps = console::paging(query, listing(5, 45, ""));
  CHECK(steps.from == 41);
  CHECK(steps.to == 45);
  CHECK(steps.next.empty());
  CHECK(steps.last.empty());
  CHECK(steps.previous == "/?skip=20");
}

TEST_CASE("no rows at all, and a page beyond the end") {
  const auto none = console::paging({}, listing(0, 0, ""));
  CHECK(none.pages == 1);
  CHECK(none.from == 0);
  CHECK(none.to == 0);
  ListQuery query;
  query.skip = 10'000;
  const auto beyond = console::paging(query, listing(0, 45, ""));
  CHECK(beyond.first == "/");
  CHECK(beyond.previous == "/?skip=40");
}

TEST_CASE("what comes back leads nowhere else") {
  CHECK(console::clean_path("/console/records/1?back=q%3Dx") == "/console/records/1?back=q%3Dx");
  for (const char* bad :
       {"", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nSet-Cookie: x", "javascript:alert(1)", "/\tx"}) {
    CHECK(console::clean_path(bad) == "/");
  }
  CHECK(console::clean_back("status=active&sort=title") == "status=active&sort=title");
  CHECK(console::clean_back("a\r\nLocation: x").empty());
  CHECK(console::clean_back(std::string(5000, 'a')).empty());
}
