// Writing JSON straight into a string: strings, numbers, times. Called wherever JSON is answered. Source: RFC 8259.
#pragma once

#include "base/time.hpp"

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace json {

/// With quotes. `text` must be UTF-8.
void append_string(std::string& out, std::string_view text);

template <std::integral Number>
void append_number(std::string& out, Number number) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

/// RFC 3339 with quotes.
inline void append_time(std::string& out, base::Micros moment) {
  out += '"';
  base::append_rfc3339(out, moment);
  out += '"';
}

}  // namespace json
