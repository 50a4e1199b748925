#include "console/format.hpp"

#include <array>
#include <charconv>

namespace console {
namespace {

std::string fixed(double value, int digits) {
  char text[64];
  return {text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits).ptr};
}

std::string until(base::Micros moment, std::size_t length) {
  std::string text = base::rfc3339(moment).substr(0, length);
  text[10] = ' ';
  return text;
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first = text.front() == '-' ? 1 : 0;
  for (std::size_t place = text.size(); place > first + 3;) {
    place -= 3;
    text.insert(place, ",");
  }
  return text;
}

std::string minute(base::Micros moment) { return until(moment, 16); }
std::string second(base::Micros moment) { return until(moment, 19); }

std::string bytes(std::int64_t number) {
  static constexpr std::array units{"KiB", "MiB", "GiB", "TiB"};
  if (number < 1024) return std::to_string(number) + " B";
  double value = static_cast<double>(number) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return fixed(value, 1) + " " + units[unit];
}

std::string milliseconds(std::int64_t microseconds) {
  const double value = static_cast<double>(microseconds) / 1000;
  return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0) + " ms";
}

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole <= 0 || part <= 0) return "0%";
  if (part == whole) return "100%";
  return fixed(100 * static_cast<double>(part) / static_cast<double>(whole), 1) + "%";
}

}  // namespace console
