#include "cluster/lsn.hpp"

#include <charconv>
#include <cstdio>

namespace cluster {

std::string lsn_text(std::uint64_t lsn) {
  char text[24];
  const int length = std::snprintf(text, sizeof text, "%X/%X", static_cast<unsigned>(lsn >> 32), static_cast<unsigned>(lsn));
  return {text, static_cast<std::size_t>(length)};
}

std::optional<std::uint64_t> parse_lsn(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::uint32_t parts[2];
  const std::string_view texts[2] = {text.substr(0, slash), text.substr(slash + 1)};
  for (int i = 0; i < 2; ++i) {
    const auto [end, error] = std::from_chars(texts[i].data(), texts[i].data() + texts[i].size(), parts[i], 16);
    if (texts[i].empty() || texts[i].size() > 8 || error != std::errc{} || end != texts[i].data() + texts[i].size()) return std::nullopt;
  }
  return (static_cast<std::uint64_t>(parts[0]) << 32) | parts[1];
}

}  // namespace cluster
