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

/// Calls `use(parameter)` for what stands behind each semicolon: "text/csv; charset=utf-8" → charset=utf-8.
template <class Use>
void for_each_parameter(std::string_view element, Use use) {
  for (auto at = element.find(';'); at != std::string_view::npos; at = element.find(';')) {
    element.remove_prefix(at + 1);
    use(trim(element.substr(0, element.find(';'))));
  }
}

/// "0.5" → 500; 0 for a malformed weight.
inline int thousandths(std::string_view weight) {
  if (weight.empty() || weight.size() > 5 || weight[0] < '0' || weight[0] > '1' || (weight.size() > 1 && weight[1] != '.')) return 0;
  int value = weight[0] == '1' ? 1000 : 0;
  for (std::size_t i = 2, unit = 100; i < weight.size(); ++i, unit /= 10) {
    if (weight[i] < '0' || weight[i] > '9') return 0;
    value += (weight[i] - '0') * static_cast<int>(unit);
  }
  return value > 1000 ? 0 : value;
}

struct Weighted {
  std::string_view value;
  int weight;  ///< 0 to 1000
};

/// "gzip;q=0.5" → gzip, 500. Other parameters are passed over.
inline Weighted weighted(std::string_view element) {
  Weighted result{trim(element.substr(0, element.find(';'))), 1000};
  for_each_parameter(element, [&](std::string_view parameter) {
    if (equal_ignoring_case(parameter.substr(0, 2), "q=")) result.weight = thousandths(parameter.substr(2));
  });
  return result;
}

/// Whether `content_type` names `media_type` with any parameters but a charset other than UTF-8.
inline bool is_media_type(std::string_view content_type, std::string_view media_type) {
  bool fits = equal_ignoring_case(trim(content_type.substr(0, content_type.find(';'))), media_type);
  for_each_parameter(content_type, [&](std::string_view parameter) {
    if (!equal_ignoring_case(parameter.substr(0, 8), "charset=")) return;
    auto charset = parameter.substr(8);
    if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"') charset = charset.substr(1, charset.size() - 2);
    fits = fits && (equal_ignoring_case(charset, "utf-8") || equal_ignoring_case(charset, "utf8"));
  });
  return fits;
}

}  // namespace http
