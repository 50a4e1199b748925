#include "base/position.hpp"

#include <charconv>

namespace base {
namespace {

/// All of a text as one number, which has so many digits at most.
template <class Number>
bool parse(std::string_view text, int radix, std::size_t most_digits, Number& number) {
  if (text.empty() || text.size() > most_digits || text.front() == '-') return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, radix);
  return error == std::errc() && end == text.data() + text.size();
}

char* put_hex(char* at, std::uint32_t number) {
  char* const end = std::to_chars(at, at + 8, number, 16).ptr;
  std::transform(at, end, at, [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
  return end;
}

char* put_lsn(char* at, std::uint64_t lsn) {
  at = put_hex(at, static_cast<std::uint32_t>(lsn >> 32));
  *at++ = '/';
  return put_hex(at, static_cast<std::uint32_t>(lsn));
}

}  // namespace

std::string lsn_text(std::uint64_t lsn) {
  char text[20];
  return {text, put_lsn(text, lsn)};
}

std::string token_text(const Position& position) {
  char text[32];
  char* end = put_lsn(text, position.lsn);
  if (position.timeline != 0) {
    *end++ = '@';
    end = std::to_chars(end, end + 11, position.timeline).ptr;
  }
  return {text, end};
}

std::optional<Position> parse_token(std::string_view token) {
  Position position;
  if (const auto at = token.find('@'); at != std::string_view::npos) {
    if (!parse(token.substr(at + 1), 10, 9, position.timeline)) return std::nullopt;
    token = token.substr(0, at);
  }
  const auto slash = token.find('/');
  std::uint32_t high = 0, low = 0;
  if (slash == std::string_view::npos || !parse(token.substr(0, slash), 16, 8, high) || !parse(token.substr(slash + 1), 16, 8, low))
    return std::nullopt;
  position.lsn = static_cast<std::uint64_t>(high) << 32 | low;
  return position;
}

}  // namespace base
