// The ring's geometry: arcs follow one another, fill the circle and stay visible.
#include "console/ring.hpp"

#include <catch2/catch.hpp>

#include <limits>

namespace {

double end(const console::Arc& arc, double gap) { return arc.start + arc.length + gap; }

}  // namespace

TEST_CASE("arcs share the circle in proportion") {
  const std::int64_t counts[]{50, 25, 25};
  const auto arcs = console::ring_arcs(counts, 1.5, 1);
  REQUIRE(arcs.size() == 3);
  CHECK(arcs[0].start == Approx(0));
  CHECK(arcs[0].length == Approx(49));
  CHECK(arcs[1].start == Approx(50));
  CHECK(arcs[1].length == Approx(24));
  CHECK(arcs[2].start == Approx(75));
  CHECK(end(arcs[2], 1) == Approx(100));
}

TEST_CASE("one status alone closes the circle without a gap") {
  const std::int64_t counts[]{0, 7, 0};
  const auto arcs = console::ring_arcs(counts);
  CHECK(arcs[0].length == 0);
  CHECK(arcs[1].length == Approx(100));
  CHECK(arcs[2].length == 0);
}

TEST_CASE("no records, no arcs") {
  const std::int64_t counts[]{0, 0, -3};
  for (const auto& arc : console::ring_arcs(counts)) CHECK(arc.length == 0);
  CHECK(console::ring_arcs({}).empty());
}

TEST_CASE("a small count can be seen and the circle still adds up") {
  const std::int64_t counts[]{1'000'000, 1, 1, 500'000};
  const auto arcs = console::ring_arcs(counts, 1.5, 0.5);
  CHECK(arcs[1].length == Approx(1.0));
  CHECK(arcs[2].length == Approx(1.0));
  for (std::size_t i = 1; i < arcs.size(); ++i) CHECK(arcs[i].start == Approx(end(arcs[i - 1], 0.5)));
  CHECK(end(arcs[3], 0.5) == Approx(100));
}

TEST_CASE("huge counts do not overflow") {
  const auto most = std::numeric_limits<std::int64_t>::max();
  const std::int64_t counts[]{most, most};
  const auto arcs = console::ring_arcs(counts, 1.5, 0);
  CHECK(arcs[0].length == Approx(50));
}

TEST_CASE("attributes are short numbers without a comma or exponent") {
  CHECK(console::dash_array({0, 33.33333}) == "33.333 66.667");
  CHECK(console::dash_array({0, 100}) == "100 0");
  CHECK(console::dash_offset({0, 10}) == "0");
  CHECK(console::dash_offset({12.5, 10}) == "-12.5");
}
