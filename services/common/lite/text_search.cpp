#include "lite/text_search.hpp"

#include "base/text.hpp"

#include <sqlite3.h>

#include <clocale>
#include <cwctype>

namespace lite {
namespace {

locale_t unicode_rules() {
  static const locale_t rules = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return rules;
}

char32_t decode(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(at);
  const std::size_t width = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  char32_t value = width == 1 ? lead : lead & (0xffu >> (width + 1));
  for (std::size_t i = 1; i < width; ++i) value = (value << 6) | (byte(at + i) & 0x3fu);
  at += width;
  return value;
}

void encode(std::string& out, char32_t value) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80u | ((value >> shift) & 0x3fu)); };
  if (value < 0x80) {
    out += static_cast<char>(value);
  } else if (value < 0x800) {
    out += static_cast<char>(0xc0u | (value >> 6));
    tail(0);
  } else if (value < 0x10000) {
    out += static_cast<char>(0xe0u | (value >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xf0u | (value >> 18));
    tail(12), tail(6), tail(0);
  }
}

void fold_into(std::string& out, std::string_view text) {
  out.clear();
  out.reserve(text.size());
  const bool decodable = base::utf8_length(text).has_value();
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) < 0x80 || !decodable || !unicode_rules()) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      ++at;
    } else {
      encode(out, static_cast<char32_t>(::towlower_l(static_cast<wint_t>(decode(text, at)), unicode_rules())));
    }
  }
}

std::string_view value_text(sqlite3_value* value) {
  const auto* const data = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_value_bytes(value))) : std::string_view();
}

void contains_folded(sqlite3_context* context, int, sqlite3_value** arguments) {
  thread_local std::string folded;
  fold_into(folded, value_text(arguments[0]));
  sqlite3_result_int(context, folded.find(value_text(arguments[1])) != std::string::npos);
}

}  // namespace

std::string fold(std::string_view text) {
  std::string out;
  fold_into(out, text);
  return out;
}

void add_text_search(sqlite3* connection) {
  sqlite3_create_function_v2(connection, "contains_folded", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                             &contains_folded, nullptr, nullptr, nullptr);
}

}  // namespace lite
