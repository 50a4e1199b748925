#include "base/time.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace base {
namespace {

/// "000102…99"
constexpr auto pairs = [] {
  std::array<char, 200> text{};
  for (unsigned i = 0; i < 100; ++i) text[2 * i] = static_cast<char>('0' + i / 10), text[2 * i + 1] = static_cast<char>('0' + i % 10);
  return text;
}();

/// `value` is below 100.
void two_digits(char* to, unsigned value) { std::memcpy(to, &pairs[2 * value], 2); }

std::optional<int> number(std::string_view text, std::size_t at, std::size_t width) {
  if (text.size() < at + width) return std::nullopt;
  int value = 0;
  auto [end, error] = std::from_chars(text.data() + at, text.data() + at + width, value);
  if (error != std::errc{} || end != text.data() + at + width || text[at] == '-') return std::nullopt;
  return value;
}

}  // namespace

void append_rfc3339(std::string& out, Micros moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{day};
  const auto of_day = static_cast<std::uint64_t>((moment - day).count());
  char text[27] = "0000-00-00T00:00:00.000000";
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  two_digits(text, year / 100 % 100);
  two_digits(text + 2, year % 100);
  two_digits(text + 5, static_cast<unsigned>(date.month()));
  two_digits(text + 8, static_cast<unsigned>(date.day()));
  const auto seconds = static_cast<unsigned>(of_day / 1'000'000), micros = static_cast<unsigned>(of_day % 1'000'000);
  two_digits(text + 11, seconds / 3600);
  two_digits(text + 14, seconds / 60 % 60);
  two_digits(text + 17, seconds % 60);
  two_digits(text + 20, micros / 10'000);
  two_digits(text + 22, micros / 100 % 100);
  two_digits(text + 24, micros % 100);
  text[26] = 'Z';
  out.append(text, 27);
}

std::string rfc3339(Micros moment) {
  std::string out;
  append_rfc3339(out, moment);
  return out;
}

std::optional<Micros> parse_rfc3339(std::string_view text) {
  const auto year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
  const auto hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second || text.size() < 20) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (text[at] == '.') {
    std::int64_t unit = 100'000;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) micros += (text[at] - '0') * unit;
    if (at == first || at - first > 9) return std::nullopt;
  }
  std::chrono::minutes offset{0};
  const std::string_view zone = text.substr(at);
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    const auto hours = number(zone, 1, 2), minutes = number(zone, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    offset = std::chrono::minutes(*hours * 60 + *minutes) * (zone[0] == '-' ? -1 : 1);
  } else if (zone != "Z" && zone != "z") {
    return std::nullopt;
  }
  return Micros(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                std::chrono::seconds(*second) + std::chrono::microseconds(micros) - offset);
}

}  // namespace base
