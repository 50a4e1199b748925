#include "console/preferences.hpp"

#include "console/words.hpp"

#include <charconv>

namespace console {
namespace {

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Takes the part before the next `separator` off `rest`.
std::string_view next_part(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trim(part);
}

bool read_number(std::string_view text, std::int64_t& value) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc{} && end == text.data() + text.size();
}

/// The weight of "q=0.8"; 1 where there is none.
double weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view part = next_part(parameters, ';');
    if (!part.starts_with("q=")) continue;
    double value = 0;
    std::from_chars(part.data() + 2, part.data() + part.size(), value);
    return value;
  }
  return 1;
}

bool starts_with_language(std::string_view tag, std::string_view language) {
  if (tag.size() < language.size() || (tag.size() > language.size() && tag[language.size()] != '-')) return false;
  for (std::size_t i = 0; i < language.size(); ++i) {
    if ((tag[i] | 0x20) != language[i]) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> cookie(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view part = next_part(header, ';');
    if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') return part.substr(name.size() + 1);
  }
  return std::nullopt;
}

std::optional<Locale> parse_locale(std::string_view text) {
  if (text == "en") return Locale::en;
  if (text == "zh") return Locale::zh;
  return std::nullopt;
}

std::optional<Theme> parse_theme(std::string_view text) {
  if (text == "system") return Theme::system;
  if (text == "light") return Theme::light;
  if (text == "dark") return Theme::dark;
  return std::nullopt;
}

Locale choose_locale(std::string_view cookie_value, std::string_view accept_language) {
  if (const auto chosen = parse_locale(cookie_value)) return *chosen;
  Locale best = Locale::en;
  double best_weight = 0;
  while (!accept_language.empty()) {
    std::string_view part = next_part(accept_language, ',');
    const std::string_view tag = next_part(part, ';');
    const double value = weight(part);
    const bool zh = starts_with_language(tag, "zh"), en = starts_with_language(tag, "en");
    if ((zh || en) && value > best_weight) {
      best = zh ? Locale::zh : Locale::en;
      best_weight = value;
    }
  }
  return best;
}

std::string flash_text(const Flash& flash) { return flash.key + ":" + std::to_string(flash.first) + ":" + std::to_string(flash.second); }

std::optional<Flash> parse_flash(std::string_view text) {
  Flash flash;
  flash.key = next_part(text, ':');
  const bool numbers = read_number(next_part(text, ':'), flash.first) && read_number(text, flash.second);
  if (!numbers || !flash.key.starts_with("flash.") || !words(Locale::en).contains(flash.key)) return std::nullopt;
  return flash;
}

}  // namespace console
