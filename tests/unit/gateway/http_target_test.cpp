// Request targets taken apart.
#include "http/target.hpp"

#include "support/catch.hpp"

using http::parse_number;
using http::percent_decode;
using http::Query;
using http::split_target;
using namespace std::string_literals;

namespace {

using Problems = std::vector<base::FieldViolation>;

/// "path ? query"; nothing where the target is refused.
std::optional<std::string> split(std::string_view target) {
  const auto parts = split_target(target);
  if (!parts) return std::nullopt;
  return std::string(parts->path) + " ? " + std::string(parts->query);
}

Problems problems(Query& query) {
  const auto outcome = query.finish();
  if (outcome.has_value()) return {};
  CHECK(outcome.error().code == base::Code::invalid_argument);
  CHECK(outcome.error().reason.empty());
  return outcome.error().fields;
}

const std::string broken = "holds a broken percent escape, text that is not UTF-8, or NUL";

}  // namespace

TEST_CASE("a target is a path and a query") {
  CHECK(split("/") == "/ ? ");
  CHECK(split("/a/b/?x=1&y=2") == "/a/b/ ? x=1&y=2");
  CHECK(split("/a?b?c/d") == "/a ? b?c/d");
  CHECK(split("/?") == "/ ? ");
  CHECK(split("//a") == "//a ? ");
  CHECK(split("/%41+b") == "/%41+b ? ");
  CHECK(split("/a://b") == "/a://b ? ");
  CHECK(split("*") == "* ? ");
}

TEST_CASE("of an absolute target the authority is dropped") {
  CHECK(split("http://example.com/a?b") == "/a ? b");
  CHECK(split("HTTPS://user@[::1]:8000/a/") == "/a/ ? ");
  CHECK(split("http://example.com") == "/ ? ");
  CHECK(split("http://example.com?a=/b") == "/ ? a=/b");
  CHECK(split("http://example.com/?") == "/ ? ");
}

TEST_CASE("any other target is refused") {
  for (const char* target : {"", "a", "records/", "?a", "example.com:443", "http", "https", "http:", "http:/a", "ftp://a/b", "ws://a/",
                             "://a", "**", "*/", "\\a"}) {
    CAPTURE(target);
    CHECK_FALSE(split(target));
  }
}

TEST_CASE("a fragment has no place in a request") {
  for (const char* target : {"/#", "/a#b", "/a?b#c", "http://example.com/a#b", "http://example.com#b", "http://example.com?a#b"}) {
    CAPTURE(target);
    CHECK_FALSE(split(target));
  }
}

TEST_CASE("percent escapes are undone") {
  CHECK(percent_decode("", false) == "");
  CHECK(percent_decode("a%20b%2Fc%2f%41%7e", false) == "a b/c/A~");
  CHECK(percent_decode("%E4%B8%AD%e6%96%87", false) == "中文");
  CHECK(percent_decode("%2541", false) == "%41");
  CHECK(percent_decode("a+b%2B", false) == "a+b+");
  CHECK(percent_decode("a+b%2B", true) == "a b+");
}

TEST_CASE("broken escapes, broken UTF-8 and NUL are refused") {
  for (const char* text : {"%", "%4", "a%", "a%4", "%zz", "%4z", "%z4", "%%41", "% 41", "%-1", "%+1", "%00", "a%00b", "%ff", "%c0%80",
                           "%ed%a0%80", "%e4%b8", "\xff", "%e4\xb8"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text, true));
    CHECK_FALSE(percent_decode(text, false));
  }
  CHECK_FALSE(percent_decode("a\0b"s, false));
}

TEST_CASE("numbers are whole, decimal and within int64") {
  CHECK(parse_number("0") == 0);
  CHECK(parse_number("7") == 7);
  CHECK(parse_number("9223372036854775807") == INT64_MAX);
  for (const char* text : {"", "-1", "+1", "01", "00", " 1", "1 ", "1.0", "1e3", "0x1", "a", "1a", "9223372036854775808",
                           "99999999999999999999999", "１", "-0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
}

TEST_CASE("query: parameters are taken by name, decoded") {
  Query query("a=1&b=x+y%26z&&empty=&none&%E4%B8%AD=%E6%96%87&e=a=b");
  CHECK(query.take("a") == "1");
  CHECK(query.take("b") == "x y&z");
  CHECK(query.take("empty") == "");
  CHECK(query.take("none") == "");
  CHECK(query.take("中") == "文");
  CHECK(query.take("e") == "a=b");
  CHECK_FALSE(query.take("absent"));
  CHECK(problems(query).empty());
}

TEST_CASE("query: one answer names everything that is wrong") {
  Query query("a=1&a=2&b=%zz&limit=0&skip=-1&unknown=x&%ff=1&owner=o");
  CHECK_FALSE(query.take_number("limit", 1, 200));
  CHECK_FALSE(query.take_number("skip", 0, INT64_MAX));
  CHECK(query.take("a") == "1");
  CHECK(query.take("owner") == "o");
  query.refuse("owner", "is odd");
  CHECK(problems(query) == Problems{{"a", "is given more than once"},
                                    {"b", broken},
                                    {"query", broken},
                                    {"limit", "must be a whole number from 1 to 200"},
                                    {"skip", "must be a whole number from 0"},
                                    {"owner", "is odd"},
                                    {"unknown", "is not a known parameter"}});
}

TEST_CASE("query: names are the same when they are after decoding, and differ by letter case") {
  Query query("a=1&%61=2&A=3");
  CHECK(query.take("a") == "1");
  CHECK(query.take("A") == "3");
  CHECK(problems(query) == Problems{{"a", "is given more than once"}});
}

TEST_CASE("query: numbers within their bounds, both ends included") {
  Query query("least=1&most=200&big=9223372036854775807&over=201");
  CHECK(query.take_number("least", 1, 200) == 1);
  CHECK(query.take_number("most", 1, 200) == 200);
  CHECK(query.take_number("big", 0, INT64_MAX) == INT64_MAX);
  CHECK_FALSE(query.take_number("absent", 1, 2));
  CHECK_FALSE(query.take_number("over", 1, 200));
  CHECK(problems(query) == Problems{{"over", "must be a whole number from 1 to 200"}});
}

TEST_CASE("query: the number of parameters is bounded") {
  std::string raw;
  for (int i = 0; i < 64; ++i) raw += "p" + std::to_string(i) + "=&";
  const auto take_all = [](Query& query) {
    for (int i = 0; i < 64; ++i) query.take("p" + std::to_string(i));
  };
  Query most(raw);
  take_all(most);
  CHECK(problems(most).empty());
  Query more(raw + "p64=&p65=");
  take_all(more);
  CHECK(problems(more) == Problems{{"query", "has more than 64 parameters"}});
}
