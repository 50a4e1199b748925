#include "console/form_check.hpp"

#include "base/text.hpp"
#include "console/format.hpp"
#include "console/words.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace console {
namespace {

constexpr std::array<std::string_view, 4> statuses{"pending", "active", "done", "archived"};
constexpr std::array<std::string_view, 8> sorts{"id", "-id", "created_at", "-created_at", "updated_at", "-updated_at", "title", "-title"};

struct Checker {
  Locale locale;
  std::vector<FieldError> errors;

  void text(const char* field, std::string_view value, std::size_t most, bool required) {
    const auto length = base::utf8_length(value);
    if (!length || value.find('\0') != std::string_view::npos) {
      add(field, "error.encoding");
    } else if (required && value.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      add(field, "error.required");
    } else if (*length > most) {
      errors.push_back(
          {field, say(locale, "error.too_long",
                      {{"most", grouped(static_cast<std::int64_t>(most))}, {"has", grouped(static_cast<std::int64_t>(*length))}})});
    }
  }

  void add(const char* field, std::string_view key) { errors.push_back({field, say(locale, key)}); }
};

}  // namespace

bool known_status(std::string_view text) { return std::ranges::find(statuses, text) != statuses.end(); }
bool known_sort(std::string_view text) { return std::ranges::find(sorts, text) != sorts.end(); }

std::vector<FieldError> check(Locale locale, const RecordFields& fields) {
  Checker checker{locale, {}};
  checker.text("title", fields.title, 200, true);
  checker.text("owner", fields.owner, 100, true);
  if (!known_status(fields.status)) checker.add("status", "error.status");
  checker.text("description", fields.description, 10'000, false);
  return checker.errors;
}

std::vector<FieldError> check(Locale locale, const ListQuery& query) {
  Checker checker{locale, {}};
  checker.text("q", query.q, 200, !query.q.empty());
  checker.text("owner", query.owner, 100, !query.owner.empty());
  if (!query.status.empty() && !known_status(query.status)) checker.add("status", "error.status");
  if (!known_sort(query.sort)) checker.add("sort", "error.sort");
  return checker.errors;
}

std::string plain_lines(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i];
  }
  return out;
}

}  // namespace console
