// How every program gets its configuration: flags over environment over a `.env` file, all through CLI11, checked once at start.
// Called by each program's config.cpp only.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace base {

/// A bad setting: one clear line that names it. Programs print it and exit with `exit_code::configuration`.
struct ConfigError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the programs answer to the shell.
namespace exit_code {
inline constexpr int ok = 0;
inline constexpr int failure = 1;        ///< something broke while running
inline constexpr int configuration = 2;  ///< a setting is missing or bad
inline constexpr int unavailable = 3;    ///< the address is taken, the database does not answer
}  // namespace exit_code

/// Puts KEY=VALUE lines of `path` into the environment where KEY is not set yet. Blank lines, `# comments`, `export ` and single or double
/// quotes are understood. A missing file is no error; a malformed line throws ConfigError with its number.
void load_env_file(const std::string& path);

/// The value of an environment variable, or `fallback`.
std::string env(const char* name, std::string fallback = {});

/// A secret: the file named by NAME_FILE (trailing newline dropped) if set, else NAME. Both set, or an unreadable file: ConfigError.
std::string secret_env(const std::string& name);

/// host:port. Port 1 to 65535, or 0 where `allow_zero` (the system chooses). [::1]:80 is understood.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  std::string text() const;
};

/// Throws ConfigError that names `setting`.
Endpoint parse_endpoint(const std::string& setting, const std::string& text, bool allow_zero = false);

/// Where a client on this machine reaches what listens on `listen`: loopback in place of an address for all interfaces.
Endpoint reachable(const Endpoint& listen);

/// Splits at `separator`, trims blanks; empty parts stay.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace base
