// The record forms: errors stand at their fields, typed values stay, a conflict shows both sides.
#include "console/form_check.hpp"
#include "samples.hpp"

#include <catch2/catch.hpp>

using namespace samples;

TEST_CASE("an error stands at its field and in the heading") {
  console::FormPage page;
  page.fields = {"", "maria", "done", "typed text"};
  page.errors = {{"title", "Must not be blank."}};
  const std::string html = render(frame(), page);
  CHECK(has(html, "<p class=\"field-error\" id=\"title-error\">Must not be blank.</p>"));
  CHECK(has(html, "aria-invalid=\"true\" aria-describedby=\"title-error\""));
  CHECK(count(html, "class=\"field-error\"") == 1);
  CHECK(has(html, "<a href=\"#title\">Title</a>: Must not be blank."));
  CHECK(has(html, "value=\"maria\""));
  CHECK(has(html, "<option value=\"done\" selected>"));
  CHECK(has(html, "typed text</textarea>"));
}

TEST_CASE("values are escaped in attributes and in the text area") {
  console::FormPage page;
  page.fields = {std::string(hostile), std::string(hostile), "pending", "</textarea><script>" + std::string(hostile)};
  page.back = hostile;
  const std::string html = render(frame(), page);
  CHECK_FALSE(has(html, "<script"));
  CHECK(count(html, "</textarea>") == 1);
  CHECK(count(html, hostile_escaped) == 6);  // two fields, text area, hidden field, two links back
}

TEST_CASE("every posting form carries the token") {
  CHECK(count(render(frame(), console::FormPage{}), "name=\"csrf\" value=\"the-token\"") == 1);
  CHECK(count(render(frame(), console::ImportPage{}), "name=\"csrf\" value=\"the-token\"") == 1);
  console::DeletePage page;
  page.record = record(9);
  const std::string html = render(frame(), page);
  CHECK(count(html, "name=\"csrf\" value=\"the-token\"") == 1);
  CHECK(has(html, "name=\"version\" value=\"3\""));
}

TEST_CASE("a new record has a key, an edit has a version") {
  console::FormPage page;
  page.idempotency_key = "once";
  std::string html = render(frame(), page);
  CHECK(has(html, "name=\"key\" value=\"once\""));
  CHECK_FALSE(has(html, "name=\"version\""));
  page.id = 7;
  page.version = 4;
  html = render(frame(), page);
  CHECK(has(html, "name=\"version\" value=\"4\""));
  CHECK_FALSE(has(html, "name=\"key\""));
  CHECK(has(html, "action=\"/console/records/7\""));
}

TEST_CASE("a conflict shows what is stored beside what was typed") {
  console::FormPage page;
  page.id = 7;
  page.version = 5;
  page.stored = record(7, "Theirs");
  page.fields = {"Mine", "maria", "active", ""};
  page.conflict = true;
  const std::string html = render(frame(), page);
  CHECK(count(html, "class=\"differs\"") == 1);
  CHECK(has(html, "<td>Theirs</td><td>Mine</td>"));
  CHECK(has(html, "Save mine over it"));
  CHECK(has(html, "value=\"Mine\""));
  CHECK(has(html, "name=\"version\" value=\"5\""));
}

TEST_CASE("the limits of the contract") {
  const auto locale = console::Locale::en;
  CHECK(check(locale, console::RecordFields{"t", "o", "pending", ""}).empty());
  CHECK(check(locale, console::RecordFields{std::string(200, 'x'), std::string(100, 'x'), "done", std::string(10'000, 'x')}).empty());
  const auto errors = check(locale, console::RecordFields{" \n", std::string(101, 'x'), "gone", "\xff"});
  REQUIRE(errors.size() == 4);
  CHECK(errors[0] == console::FieldError{"title", "Must not be blank."});
  CHECK(errors[1] == console::FieldError{"owner", "May have at most 100 characters; this has 101."});
  CHECK(errors[2].field == "status");
  CHECK(errors[3].field == "description");
  // Characters are counted, not bytes.
  std::string wide;
  for (int i = 0; i < 200; ++i) wide += "字";
  CHECK(check(locale, console::RecordFields{wide, "o", "pending", ""}).empty());
  CHECK(console::plain_lines("a\r\nb\rc\n") == "a\nb\rc\n");
}

TEST_CASE("the limits of a filter") {
  const auto locale = console::Locale::zh;
  console::ListQuery query;
  CHECK(check(locale, query).empty());
  query.q = "   ";
  query.owner = std::string(101, 'x');
  query.status = "x";
  query.sort = "owner";
  CHECK(check(locale, query).size() == 4);
}

TEST_CASE("an import tells what became of each line") {
  console::ImportPage page;
  page.text = hostile;
  page.outcome = console::ImportOutcome{1200, 1, {{3, "title", std::string(hostile)}}, true};
  const std::string html = render(frame(), page);
  CHECK(has(html, "1,200 imported, 1 refused"));
  CHECK(count(html, hostile_escaped) == 2);
  CHECK(has(html, "There are more"));
}

TEST_CASE("a job page is linked only where it is a page") {
  console::SummaryPage page;
  page.result.emplace();
  page.result->job_url = "javascript:alert(1)";
  CHECK_FALSE(has(render(frame(), page), "javascript:"));
  page.result->job_url = "http://flink:8081/#/job/1";
  CHECK(has(render(frame(), page), "href=\"http://flink:8081/#/job/1\""));
}
