#include "console/words.hpp"

#include "console/embedded.hpp"

#include <nlohmann/json.hpp>

namespace console {
namespace {

Words read(std::string_view file) { return nlohmann::json::parse(embedded_text(file)).get<Words>(); }

}  // namespace

const Words& words(Locale locale) {
  static const Words en = read("words/en.json");
  static const Words zh = read("words/zh.json");
  return locale == Locale::zh ? zh : en;
}

std::string say(Locale locale, std::string_view key, std::initializer_list<WordArgument> arguments) {
  const Words& all = words(locale);
  const auto found = all.find(key);
  if (found == all.end()) return std::string(key);
  // One walk, so that a value that holds braces is never read as a place to fill.
  const std::string_view pattern = found->second;
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t open = std::min(pattern.find('{', at), pattern.size());
    const std::size_t close = pattern.find('}', open);
    out += pattern.substr(at, open - at);
    if (close == std::string_view::npos) {
      out += pattern.substr(open);
      break;
    }
    const std::string_view name = pattern.substr(open + 1, close - open - 1);
    const WordArgument* value = nullptr;
    for (const WordArgument& argument : arguments) {
      if (argument.first == name) value = &argument;
    }
    out += value ? std::string_view(value->second) : pattern.substr(open, close - open + 1);
    at = close + 1;
  }
  return out;
}

std::string say_or(Locale locale, std::string_view key, std::string_view fallback) {
  return words(locale).contains(key) ? say(locale, key) : std::string(fallback);
}

}  // namespace console
