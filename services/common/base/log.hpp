// JSON lines on standard error through spdlog: {"time":…,"level":…,"service":…,"msg":…, fields…}. Called by every room for what is worth
// telling. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace base::log {

enum class Level { trace, debug, info, warn, error, critical, off };

/// A further field of a log line. Text is escaped; numbers stand bare.
struct Field {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  Field(std::string_view k, bool v) : key(k), value(v) {}
  Field(std::string_view k, double v) : key(k), value(v) {}
  template <class Int>
  requires std::is_integral_v<Int> Field(std::string_view k, Int v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

/// Once, at start. `service` names the program in every line.
void start(std::string_view service, Level level);

/// Reads trace|debug|info|warn|error|critical|off.
std::optional<Level> parse_level(std::string_view text);

/// Changes what is written from now on; also while running.
void set_level(Level level);
Level level();
bool enabled(Level level);

void write(Level level, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::debug, message, fields); }
inline void info(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::info, message, fields); }
inline void warn(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::warn, message, fields); }
inline void error(std::string_view message, std::initializer_list<Field> fields = {}) { write(Level::error, message, fields); }

/// Appends `text` as the inside of a JSON string: quotes, backslashes and control characters escaped, bytes above 127 kept.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace base::log
