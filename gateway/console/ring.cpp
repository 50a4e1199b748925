#include "console/ring.hpp"

#include <algorithm>
#include <charconv>

namespace console {
namespace {

/// At most three digits after the point, none needless, and never "-0".
std::string number(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 3).ptr;
  std::string out(text, end);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out == "-0" ? "0" : out;
}

}  // namespace

std::vector<Arc> ring_arcs(std::span<const std::int64_t> counts, double least, double gap) {
  double total = 0;
  int shown = 0;
  for (const auto count : counts) {
    if (count <= 0) continue;
    total += static_cast<double>(count);
    ++shown;
  }
  std::vector<Arc> arcs(counts.size());
  if (shown == 0) return arcs;
  // Small counts are lifted to `least`; what that takes is taken from the others in proportion.
  double lifted = 0, left = 0;
  for (const auto count : counts) {
    if (count <= 0) continue;
    const double share = 100 * static_cast<double>(count) / total;
    if (share < least) lifted += least;
    else left += share;
  }
  const double scale = left > 0 ? (100 - lifted) / left : 1;
  const double parted = shown > 1 ? gap : 0;
  double start = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    arcs[i].start = start;
    if (counts[i] <= 0) continue;
    const double share = 100 * static_cast<double>(counts[i]) / total;
    const double width = share < least ? least : share * scale;
    arcs[i].length = std::max(width - parted, 0.1);
    start += width;
  }
  return arcs;
}

std::string dash_array(const Arc& arc) { return number(arc.length) + " " + number(100 - arc.length); }
std::string dash_offset(const Arc& arc) { return number(-arc.start); }

}  // namespace console
