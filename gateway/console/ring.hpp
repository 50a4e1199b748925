// Geometry of the status ring: counts in, arcs out. The circle's `pathLength` is 100, so an arc is a dash and its start an offset; no
// style attribute is needed. Called by panels.cpp; assets/live.js does the same sum in the browser.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace console {

struct Arc {
  double start = 0;   ///< 0 to 100, clockwise from the top
  double length = 0;  ///< 0: not drawn
};

/// One arc for each count, in order. A count above 0 gets at least `least` of the circle, so that it can be seen; the rest is shared in
/// proportion. Arcs of two or more are parted by `gap`. All zero: every length is 0. Negative counts are taken as 0.
std::vector<Arc> ring_arcs(std::span<const std::int64_t> counts, double least = 1.5, double gap = 0.8);

/// Values of the SVG attributes stroke-dasharray and stroke-dashoffset.
std::string dash_array(const Arc& arc);
std::string dash_offset(const Arc& arc);

}  // namespace console
