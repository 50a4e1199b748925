#include "pg/passfile.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string_view>

namespace pg {
namespace {

std::string value(const ConnInfo& info, std::string_view key) {
  for (const auto& [name, text] : info)
    if (name == key) return text;
  return {};
}

std::string environment(const char* name) {
  const char* const set = std::getenv(name);
  return set ? set : "";
}

/// What stands before the next colon that no backslash protects; takes it off the line. A bare * is told from a protected one.
std::string next_field(std::string_view& line, bool& is_any) {
  std::string field;
  is_any = line == "*" || line.starts_with("*:");
  std::size_t at = 0;
  for (; at < line.size() && line[at] != ':'; ++at) {
    if (line[at] == '\\' && at + 1 < line.size()) ++at;
    field += line[at];
  }
  line.remove_prefix(std::min(line.size(), at + 1));
  return field;
}

}  // namespace

std::string password_in(std::istream& passfile, const ConnInfo& info) {
  std::string host = value(info, "host");
  if (host.empty()) host = value(info, "hostaddr");
  const std::array wanted{host, value(info, "port"), value(info, "dbname"), value(info, "user")};
  for (std::string text; std::getline(passfile, text);) {
    if (text.ends_with('\r')) text.pop_back();
    if (text.starts_with('#')) continue;
    std::string_view line = text;
    bool fits = true;
    for (const std::string& each : wanted) {
      bool is_any = false;
      const std::string field = next_field(line, is_any);
      fits = fits && (is_any || field == each);
    }
    bool ignored = false;
    if (fits) return next_field(line, ignored);
  }
  return {};
}

std::string password_of(const ConnInfo& info) {
  if (std::string own = value(info, "password"); !own.empty()) return own;
  if (std::string set = environment("PGPASSWORD"); !set.empty()) return set;
  std::string path = value(info, "passfile");
  if (path.empty()) path = environment("PGPASSFILE");
  if (path.empty()) path = environment("HOME") + "/.pgpass";
  std::ifstream passfile(path);
  return passfile ? password_in(passfile, info) : std::string();
}

}  // namespace pg
