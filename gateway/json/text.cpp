#include "json/text.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace json {
namespace {

/// 0: stands as it is; 'u': \u00XX; otherwise the letter after the backslash.
constexpr std::array<char, 256> escapes = [] {
  std::array<char, 256> table{};
  for (int c = 0; c < 0x20; ++c) table[static_cast<std::size_t>(c)] = 'u';
  table['\b'] = 'b', table['\f'] = 'f', table['\n'] = 'n', table['\r'] = 'r', table['\t'] = 't';
  table['"'] = '"', table['\\'] = '\\';
  return table;
}();

constexpr std::uint64_t each = 0x0101010101010101, highest = 0x80 * each;

/// Whether one of eight bytes is below `bound`, which is at most 0x80; those from 0x80 on are not.
constexpr std::uint64_t any_below(std::uint64_t bytes, std::uint64_t bound) { return (bytes - bound * each) & ~bytes & highest; }

/// Whether eight bytes stand as they are. Looks at all of them at once.
bool is_plain(const char* text) {
  std::uint64_t bytes;
  std::memcpy(&bytes, text, sizeof bytes);
  return (any_below(bytes, 0x20) | any_below(bytes ^ ('"' * each), 1) | any_below(bytes ^ ('\\' * each), 1)) == 0;
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (i + 8 <= text.size() && is_plain(text.data() + i)) i += 8;
    if (i == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[i]);
    const char escape = escapes[byte];
    if (escape == 0) continue;
    out.append(text, begin, i - begin);
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += "0123456789abcdef"[byte >> 4];
      out += "0123456789abcdef"[byte & 15];
    }
    begin = i + 1;
  }
  out.append(text, begin);
  out += '"';
}

}  // namespace json
