#include "backend/position.hpp"

#include <algorithm>
#include <charconv>

namespace backend {

std::optional<std::uint64_t> parse_token(std::string_view token) {
  const auto slash = token.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::uint64_t position = 0;
  for (const std::string_view part : {token.substr(0, slash), token.substr(slash + 1)}) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
    if (part.empty() || part.size() > 8 || error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    position = position << 32 | value;
  }
  return position;
}

std::string token_text(std::uint64_t position) {
  char text[20];
  char* end = std::to_chars(text, text + 8, position >> 32, 16).ptr;
  *end++ = '/';
  end = std::to_chars(end, end + 8, position & 0xffffffffu, 16).ptr;
  std::transform(text, end, text, [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  return {text, end};
}

void Position::see(std::string_view token) {
  const auto position = parse_token(token);
  if (!position) return;
  std::uint64_t known = highest_.load(std::memory_order_relaxed);
  while (known < *position && !highest_.compare_exchange_weak(known, *position, std::memory_order_relaxed)) {
  }
}

std::uint64_t Position::latest(std::uint64_t client) const { return std::max(client, highest_.load(std::memory_order_relaxed)); }

}  // namespace backend
