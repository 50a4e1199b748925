// Time as the product uses it: microseconds since 1970 UTC for what is stored and shown, a steady clock for deadlines.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

using SteadyClock = std::chrono::steady_clock;
/// When a piece of work must have ended.
using Deadline = SteadyClock::time_point;

/// A moment in UTC, microseconds since 1970-01-01.
using Micros = std::chrono::sys_time<std::chrono::microseconds>;

inline Micros now() { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); }

/// RFC 3339 with six fractional digits and 'Z': "2026-01-31T23:59:59.000001Z". Years 0 to 9999.
std::string rfc3339(Micros moment);

/// Appends the same to `out` without an allocation of its own.
void append_rfc3339(std::string& out, Micros moment);

/// Reads what rfc3339 writes (an offset other than Z and 0 to 9 fractional digits are accepted). Nothing if it is malformed.
std::optional<Micros> parse_rfc3339(std::string_view text);

}  // namespace base
