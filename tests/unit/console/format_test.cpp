// Numbers, times and assets as they are shown and served.
#include "console/format.hpp"
#include "console/assets.hpp"

#include <catch2/catch.hpp>

#include <limits>

TEST_CASE("numbers are grouped by thousands") {
  CHECK(console::grouped(0) == "0");
  CHECK(console::grouped(999) == "999");
  CHECK(console::grouped(1000) == "1,000");
  CHECK(console::grouped(-1234567) == "-1,234,567");
  CHECK(console::grouped(std::numeric_limits<std::int64_t>::min()) == "-9,223,372,036,854,775,808");
}

TEST_CASE("times, sizes and shares") {
  const base::Micros moment{std::chrono::microseconds(1'700'000'000'123'456)};
  CHECK(console::minute(moment) == "2023-11-14 22:13");
  CHECK(console::second(moment) == "2023-11-14 22:13:20");
  CHECK(console::bytes(1023) == "1023 B");
  CHECK(console::bytes(1536) == "1.5 KiB");
  CHECK(console::bytes(5'000'000'000) == "4.7 GiB");
  CHECK(console::milliseconds(1234) == "1.23 ms");
  CHECK(console::milliseconds(250'000) == "250 ms");
  CHECK(console::percent(1, 3) == "33.3%");
  CHECK(console::percent(0, 0) == "0%");
  CHECK(console::percent(3, 3) == "100%");
}

TEST_CASE("assets have an address of their own content") {
  const auto* css = console::find_asset("/console/assets/console.css");
  REQUIRE(css);
  CHECK(css->url.starts_with("/console/assets/console.css?v="));
  CHECK(css->etag.size() == 18);
  CHECK(console::find_asset("/console/assets/../main.cpp") == nullptr);
}
