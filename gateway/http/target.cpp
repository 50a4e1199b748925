#include "http/target.hpp"

#include "base/text.hpp"
#include "http/list.hpp"

#include <algorithm>
#include <charconv>

namespace http {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Target> split_target(std::string_view target) {
  if (target == "*") return Target{target, {}};
  if (target.find('#') != std::string_view::npos) return std::nullopt;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
    if (!target.starts_with('/')) return Target{"/", target.substr(std::min<std::size_t>(1, target.size()))};
  }
  if (!target.starts_with('/')) return std::nullopt;
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return Target{target, {}};
  return Target{target.substr(0, mark), target.substr(mark + 1)};
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' && plus_is_blank ? ' ' : text[i];
    }
  }
  if (out.find('\0') != std::string::npos || !base::utf8_length(out)) return std::nullopt;
  return out;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9' || (text.front() == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Query::Query(std::string_view raw) {
  while (!raw.empty()) {
    const auto end = std::min(raw.find('&'), raw.size());
    const auto part = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto key = percent_decode(part.substr(0, equals), true);
    auto value = percent_decode(part.substr(std::min(equals + 1, part.size())), true);
    if (!key || !value) {
      refuse(key ? *key : "query", "holds a broken percent escape, text that is not UTF-8, or NUL");
    } else if (std::ranges::any_of(parameters_, [&](const Parameter& p) { return p.name == *key; })) {
      refuse(*key, "is given more than once");
    } else if (parameters_.size() >= 64) {
      refuse("query", "has more than 64 parameters");
      return;
    } else {
      parameters_.push_back({std::move(*key), std::move(*value)});
    }
  }
}

std::optional<std::string_view> Query::take(std::string_view name) {
  for (Parameter& parameter : parameters_) {
    if (parameter.name != name) continue;
    parameter.taken = true;
    return parameter.value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Query::take_number(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto text = take(name);
  if (!text) return std::nullopt;
  const auto number = parse_number(*text);
  if (number && *number >= least && *number <= most) return number;
  const bool bounded = most != INT64_MAX;
  refuse(name, "must be a whole number from " + std::to_string(least) + (bounded ? " to " + std::to_string(most) : ""));
  return std::nullopt;
}

void Query::refuse(std::string_view name, std::string message) { problems_.push_back({std::string(name), std::move(message)}); }

base::Result<void> Query::finish() {
  for (const Parameter& parameter : parameters_)
    if (!parameter.taken) problems_.push_back({parameter.name, "is not a known parameter"});
  if (problems_.empty()) return {};
  return base::invalid(std::move(problems_));
}

}  // namespace http
