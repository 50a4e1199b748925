// JSON written straight into a string.
#include "json/text.hpp"

#include "json/object.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace std::string_literals;

namespace {

std::string written(std::string_view text) {
  std::string out = "before";
  json::append_string(out, text);
  return out.substr(6);
}

template <class Number>
std::string number(Number value) {
  std::string out = "-";
  json::append_number(out, value);
  return out.substr(1);
}

}  // namespace

TEST_CASE("strings: quotes, backslashes and control characters are escaped, nothing else") {
  CHECK(written("") == R"("")");
  CHECK(written("plain / 'text' <b>&amp;") == R"("plain / 'text' <b>&amp;")");
  CHECK(written("\"\\\b\f\n\r\t") == R"("\"\\\b\f\n\r\t")");
  CHECK(written("\x01\x0b\x1f\x7f") == "\"\\u0001\\u000b\\u001f\x7f\"");
  CHECK(written("a\0b"s) == R"("a\u0000b")");
  CHECK(written("\\u0041") == R"("\\u0041")");
  CHECK(written("中文 é \xf0\x9f\xa6\x84 \xe2\x80\xa8") == "\"中文 é \xf0\x9f\xa6\x84 \xe2\x80\xa8\"");
}

TEST_CASE("strings: every character comes back from a JSON reader") {
  std::string text;
  for (char c = 0; c >= 0; ++c) {
    text += c;
    if (c == 127) break;
  }
  text += "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf";
  const auto members = json::read_object("{" + written(text) + ":" + written(text + text) + "}");
  REQUIRE(members);
  REQUIRE(members->size() == 1);
  CHECK((*members)[0].name == text);
  CHECK((*members)[0].text == text + text);
}

TEST_CASE("strings: every byte at every place of a longer text, alone and in twos") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte)), wanted = written(one).substr(1, written(one).size() - 2);
    for (std::size_t place = 0; place < 20; ++place) {
      const std::string before(place, 'x'), after(20 - place, 'y');
      CHECK(written(before + one + after) == '"' + before + wanted + after + '"');
      CHECK(written(before + one + one + after) == '"' + before + wanted + wanted + after + '"');
    }
  }
}

TEST_CASE("numbers: to the last digit") {
  CHECK(number(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(number(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(number(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(number(0) == "0");
  CHECK(number(-7) == "-7");
}

TEST_CASE("times: RFC 3339 in UTC with microseconds") {
  std::string out;
  json::append_time(out, base::Micros(std::chrono::microseconds(1)));
  json::append_time(out, base::Micros(std::chrono::microseconds(-1)));
  CHECK(out == R"("1970-01-01T00:00:00.000001Z""1969-12-31T23:59:59.999999Z")");
}
