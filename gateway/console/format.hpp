// Numbers, times and sizes as people read them, the same in both languages. Called by the renderers.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>

namespace console {

/// 1234567 → "1,234,567".
std::string grouped(std::int64_t number);
/// "2026-01-31 23:59", UTC.
std::string minute(base::Micros moment);
/// "2026-01-31 23:59:58", UTC.
std::string second(base::Micros moment);
/// 0 → "0 B", 1536 → "1.5 KiB".
std::string bytes(std::int64_t number);
/// Microseconds as milliseconds: 1234 → "1.23 ms".
std::string milliseconds(std::int64_t microseconds);
/// A share in per cent with one digit: (1, 3) → "33.3%". Of nothing: "0%".
std::string percent(std::int64_t part, std::int64_t whole);

}  // namespace console
