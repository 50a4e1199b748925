// Comma-separated header values: elements, weights, names compared as HTTP compares them. Used by conditional, compression, the session
// and the routes. Pure. Source: RFC 9110 5.6.1 and 12.4.2.
#pragma once

#include <cstddef>
#include <string_view>

namespace http {

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

/// Calls `use(element)` for each element that is not empty. Commas within double quotes do not separate.
template <class Use>
void for_each_element(std::string_view list, Use use) {
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    if (i < list.size() && list[i] == '"') quoted = !quoted;
    if (i < list.size() && (quoted || list[i] != ',')) continue;
    if (const auto element = trim(list.substr(begin, i - begin)); !element.empty()) use(element);
    begin = i + 1;
  }
}

struct Weighted {
  std::string_view value;
  int weight;  ///< 0 to 1000
};

/// "gzip;q=0.5" → gzip, 500. A malformed weight counts as 0.
inline Weighted weighted(std::string_view element) {
  const auto semicolon = element.find(';');
  if (semicolon == std::string_view::npos) return {element, 1000};
  Weighted result{trim(element.substr(0, semicolon)), 1000};
  const auto parameter = trim(element.substr(semicolon + 1));
  if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') return result;
  const auto digits = parameter.substr(2);
  int weight = digits[0] == '1' ? 1000 : 0;
  int unit = 100;
  for (std::size_t i = 2; i < digits.size() && i < 5; ++i, unit /= 10) {
    if (digits[i] < '0' || digits[i] > '9') return {result.value, 0};
    weight += (digits[i] - '0') * unit;
  }
  result.weight = weight > 1000 ? 1000 : weight;
  return result;
}

/// Whether `content_type` names `media_type` with any parameters but a charset other than UTF-8.
inline bool is_media_type(std::string_view content_type, std::string_view media_type) {
  const auto semicolon = content_type.find(';');
  if (!equal_ignoring_case(trim(content_type.substr(0, semicolon)), media_type)) return false;
  if (semicolon == std::string_view::npos) return true;
  auto rest = content_type.substr(semicolon + 1);
  while (!rest.empty()) {
    const auto end = rest.find(';');
    const auto parameter = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    if (parameter.size() < 8 || !equal_ignoring_case(parameter.substr(0, 8), "charset=")) continue;
    auto charset = parameter.substr(8);
    if (charset.size() >= 2 && charset.front() == '"') charset = charset.substr(1, charset.size() - 2);
    if (!equal_ignoring_case(charset, "utf-8") && !equal_ignoring_case(charset, "utf8")) return false;
  }
  return true;
}

}  // namespace http
