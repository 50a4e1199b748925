// Lists in header values.
#include "http/list.hpp"

#include "http/event_stream.hpp"

#include "support/catch.hpp"

using http::for_each_element;
using http::is_media_type;
using http::weighted;

namespace {

std::vector<std::string> elements(std::string_view list) {
  std::vector<std::string> found;
  for_each_element(list, [&](std::string_view element) { found.emplace_back(element); });
  return found;
}

std::string weight_of(std::string_view element) {
  const auto [value, weight] = weighted(element);
  return std::string(value) + " " + std::to_string(weight);
}

}  // namespace

TEST_CASE("a list is cut at its commas, blanks around elements and empty ones are dropped") {
  using List = std::vector<std::string>;
  CHECK(elements("").empty());
  CHECK(elements(" , ,\t,").empty());
  CHECK(elements("a") == List{"a"});
  CHECK(elements(" a ,\tb\t,, c d ,") == List{"a", "b", "c d"});
  CHECK(elements("\"a,b\",W/\"c\" , d") == List{"\"a,b\"", "W/\"c\"", "d"});
  CHECK(elements("a,\"b,c") == List{"a", "\"b,c"});
}

TEST_CASE("a weight is read from its element") {
  CHECK(weight_of("gzip") == "gzip 1000");
  CHECK(weight_of("gzip;q=0.5") == "gzip 500");
  CHECK(weight_of("gzip ; q=0.125") == "gzip 125");
  CHECK(weight_of("gzip;Q=1.000") == "gzip 1000");
  CHECK(weight_of("gzip;q=1.") == "gzip 1000");
  CHECK(weight_of("gzip;q=0") == "gzip 0");
  CHECK(weight_of("gzip;q=0.") == "gzip 0");
  CHECK(weight_of("gzip;q=0.001") == "gzip 1");
}

TEST_CASE("a weight may follow other parameters, and others may follow it") {
  CHECK(weight_of("text/csv;header=present;q=0.5") == "text/csv 500");
  CHECK(weight_of("text/csv; q=0.5; level=1") == "text/csv 500");
  CHECK(weight_of("text/csv;quiet=0.5") == "text/csv 1000");
  CHECK(weight_of("text/csv;level=1") == "text/csv 1000");
  CHECK(weight_of("text/csv;") == "text/csv 1000");
}

TEST_CASE("a malformed weight counts as none at all") {
  for (const char* weight :
       {"", "x", "2", "1.5", "1.001", "-1", "+1", "0x5", "0,5", ".5", "0.5x", "0.5555", "00.5", "10", "0.0.1", "\"0.5\"", "0 .5"}) {
    CAPTURE(weight);
    CHECK(weighted("a;q=" + std::string(weight)).weight == 0);
  }
}

TEST_CASE("names are compared without letter case, of ASCII letters only") {
  CHECK(http::equal_ignoring_case("GZip", "gzIP"));
  CHECK(http::equal_ignoring_case("", ""));
  CHECK_FALSE(http::equal_ignoring_case("gzip", "gzi"));
  CHECK_FALSE(http::equal_ignoring_case("[", "{"));
  CHECK_FALSE(http::equal_ignoring_case("@", "`"));
}

TEST_CASE("a media type is known with any parameters, but only in UTF-8") {
  for (const char* type : {"application/json", "Application/JSON", " application/json ", "application/json;charset=utf-8",
                           "application/json ; Charset=\"UTF-8\"", "application/json; charset=utf8", "application/json;",
                           "application/json; a=b; charset=utf-8", "application/json;x"}) {
    CAPTURE(type);
    CHECK(is_media_type(type, "application/json"));
  }
  for (const char* type : {"", "application/jsonx", "application/json, text/plain", "text/json", "application/json; charset=latin1",
                           "application/json; charset=", "application/json; charset=\"utf-8", "application/json;a=b;charset=utf-16",
                           "application/ json", "json"}) {
    CAPTURE(type);
    CHECK_FALSE(is_media_type(type, "application/json"));
  }
}

TEST_CASE("events are asked for by name and not by a wildcard") {
  CHECK(http::accepts_events("text/event-stream"));
  CHECK(http::accepts_events("text/html, Text/Event-Stream;q=0.5"));
  CHECK_FALSE(http::accepts_events(""));
  CHECK_FALSE(http::accepts_events("*/*, text/*"));
  CHECK_FALSE(http::accepts_events("text/event-stream;q=0"));
}
