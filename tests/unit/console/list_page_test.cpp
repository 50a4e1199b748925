// The first page: escaping, rows, links, panels, and what is shown when a part fails.
#include "samples.hpp"

#include <catch2/catch.hpp>

using namespace samples;

TEST_CASE("whatever stands in a record is shown as text") {
  auto page = list();
  auto& row = page.listing.value->rows[0];
  row.title = row.owner = row.description = hostile;
  page.query.q = page.query.owner = hostile;
  page.statistics.value->owners[0].first = hostile;
  page.statistics.value->fallback_reason = hostile;
  page.cluster.value->nodes[2].error = hostile;
  const std::string html = render(frame(), page);
  CHECK(count(html, "<script") == 1);  // ours
  CHECK_FALSE(has(html, "alert('x')"));
  CHECK(count(html, hostile_escaped) >= 8);
}

TEST_CASE("rows with their links, and where they lead back to") {
  auto page = list();
  page.query.status = "active";
  const std::string html = render(frame(), page);
  CHECK(has(html, "href=\"/console/records/2?back=status%3Dactive\""));
  CHECK(has(html, "href=\"/console/records/2/delete?back=status%3Dactive\""));
  CHECK(has(html, "aria-label=\"Edit record 2, A title\""));
  CHECK(has(html, "href=\"/records/export?format=csv&amp;status=active&amp;sort=-id\""));
  CHECK(has(html, "class=\"badge status-active\">Active<"));
}

TEST_CASE("sorted columns say so") {
  auto page = list();
  page.query.sort = "-title";
  const std::string html = render(frame(), page);
  CHECK(count(html, "aria-sort=") == 4);
  CHECK(has(html, "class=\"col-title\" aria-sort=\"descending\"><a href=\"/?sort=title\">"));
  CHECK(has(html, "class=\"col-id\" aria-sort=\"none\"><a href=\"/?sort=id\">"));
}

TEST_CASE("ring, legend and owners show the numbers") {
  const std::string html = render(frame(), list());
  CHECK(has(html, "Records by status: Pending 0, Active 1,000, Done 234, Archived 0"));
  CHECK(has(html, "id=\"count-active\">1,000<"));
  CHECK(has(html, "id=\"share-active\">81.0%<"));
  CHECK(has(html, "SQL fallback: no Flink here"));
  CHECK(has(html, "134 records of other owners"));
  CHECK(has(html, "width=\"10%\""));
}

TEST_CASE("the engine is Flink where Flink has answered") {
  auto page = list();
  page.statistics.value->engine = "flink";
  page.statistics.value->fallback_reason.clear();
  const std::string html = render(frame(), page);
  CHECK(has(html, "engine-flink\">Flink<"));
  CHECK_FALSE(has(html, "SQL fallback"));
}

TEST_CASE("the cluster panel shows lag of standbys only, and why a node is gone") {
  const std::string html = render(frame(), list());
  CHECK(has(html, "2.0 KiB · 7 ms"));
  CHECK(count(html, "Replay lag") == 2);
  CHECK(has(html, "0.31 ms"));
  CHECK(has(html, "<p class=\"node-error\">refused</p>"));
}

TEST_CASE("each part fails by itself") {
  auto page = list();
  page.listing.value.reset();
  page.listing.failure = {503, "no primary"};
  std::string html = render(frame(), page);
  CHECK(has(html, "The records service does not answer right now"));
  CHECK(has(html, "no primary"));
  CHECK(has(html, "id=\"ring-total\""));
  CHECK_FALSE(has(html, "<table"));
  page = list();
  page.statistics.value.reset();
  page.cluster.value.reset();
  html = render(frame(), page);
  CHECK(has(html, "The statistics cannot be had right now."));
  CHECK(has(html, "The state of the cluster cannot be had right now."));
  CHECK(has(html, "<table"));
  CHECK(has(html, "<script"));  // the cluster panel comes back by itself
}

TEST_CASE("a refused query keeps what was typed and names the field") {
  auto page = list();
  page.listing.value.reset();
  page.query.q = "typed";
  page.errors = {{"q", "May have at most 200 characters; this has 300."}};
  const std::string html = render(frame(), page);
  CHECK(has(html, "<li>Search: May have at most 200 characters; this has 300.</li>"));
  CHECK(has(html, "value=\"typed\""));
  CHECK(count(html, "aria-invalid") == 1);
}

TEST_CASE("an empty list, an empty search, and a page beyond the end") {
  auto page = list();
  page.listing.value->rows.clear();
  page.listing.value->total = 0;
  CHECK(has(render(frame(), page), "No records yet"));
  page.query.q = "zzz";
  CHECK(has(render(frame(), page), "No record matches this filter"));
  page.listing.value->total = 5;
  page.query.skip = 100;
  CHECK(has(render(frame(), page), "There is nothing on this page"));
}

TEST_CASE("a page size of the address that is not in the list of sizes is kept") {
  auto page = list();
  page.query.limit = 7;
  CHECK(has(render(frame(), page), "<option value=\"7\" selected>7</option><option value=\"10\" >"));
}
