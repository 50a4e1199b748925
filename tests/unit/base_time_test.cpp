#include "base/time.hpp"

#include "support/catch.hpp"

using base::Micros;
using std::chrono::microseconds;

namespace {

std::optional<std::int64_t> read(std::string_view text) {
  const auto moment = base::parse_rfc3339(text);
  if (!moment) return std::nullopt;
  return moment->time_since_epoch().count();
}

}  // namespace

TEST_CASE("rfc3339 writes microseconds and Z") {
  CHECK(base::rfc3339(Micros(microseconds(0))) == "1970-01-01T00:00:00.000000Z");
  CHECK(base::rfc3339(Micros(microseconds(1))) == "1970-01-01T00:00:00.000001Z");
  CHECK(base::rfc3339(Micros(microseconds(-1))) == "1969-12-31T23:59:59.999999Z");
  CHECK(base::rfc3339(Micros(microseconds(1'709'210'096'123'456))) == "2024-02-29T12:34:56.123456Z");
  CHECK(base::rfc3339(Micros(microseconds(253'402'300'799'999'999))) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("rfc3339 is read back") {
  for (const std::int64_t moment : {0LL, 1LL, -1LL, 1'709'210'096'123'456LL, 253'402'300'799'999'999LL, -62'135'596'800'000'000LL})
    CHECK(read(base::rfc3339(Micros(microseconds(moment)))) == moment);
}

TEST_CASE("parse_rfc3339 takes fractions, offsets and small letters") {
  CHECK(read("1970-01-01T00:00:01Z") == 1'000'000);
  CHECK(read("1970-01-01T00:00:01z") == 1'000'000);
  CHECK(read("1970-01-01 00:00:01Z") == 1'000'000);
  CHECK(read("1970-01-01T00:00:00.5Z") == 500'000);
  CHECK(read("1970-01-01T00:00:00.000001999Z") == 1);
  CHECK(read("1970-01-01T01:30:00+01:30") == 0);
  CHECK(read("1969-12-31T19:00:00-05:00") == 0);
  CHECK(read("2024-02-29T00:00:00Z"));
}

TEST_CASE("parse_rfc3339 refuses what is no moment") {
  const auto bad = GENERATE(as<std::string>(), "", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00+01",
                            "1970-01-01T00:00:00+0100", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-02-30T00:00:00Z",
                            "2023-02-29T00:00:00Z", "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z",
                            "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00.1234567890Z", "1970/01/01T00:00:00Z", "1970-01-01T00.00.00Z",
                            "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+00:60", "-970-01-01T00:00:00Z",
                            "1970--1-01T00:00:00Z", "19x0-01-01T00:00:00Z", " 1970-01-01T00:00:00Z");
  CHECK_FALSE(base::parse_rfc3339(bad));
}
