#include "base/config.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace base {
namespace {

std::string trim(std::string text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_name(const std::string& text) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return true;
}

}  // namespace

void load_env_file(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    line = trim(line);
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const auto equals = line.find('=');
    const std::string key = trim(line.substr(0, equals));
    if (equals == std::string::npos || !is_name(key)) throw ConfigError(path + " line " + std::to_string(number) + ": expected NAME=value");
    std::string value = trim(line.substr(equals + 1));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    ::setenv(key.c_str(), value.c_str(), 0);  // NOLINT(concurrency-mt-unsafe): at start, one thread
  }
}

std::string env(const char* name, std::string fallback) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value && *value ? std::string(value) : std::move(fallback);
}

std::string secret_env(const std::string& name) {
  const std::string file_name = env((name + "_FILE").c_str());
  const std::string direct = env(name.c_str());
  if (file_name.empty()) return direct;
  if (!direct.empty()) throw ConfigError(name + " and " + name + "_FILE are both set: give one");
  std::ifstream file(file_name);
  if (!file) throw ConfigError(name + "_FILE: cannot read " + file_name);
  std::ostringstream content;
  content << file.rdbuf();
  std::string secret = content.str();
  while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
  return secret;
}

std::string Endpoint::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Endpoint parse_endpoint(const std::string& setting, const std::string& text, bool allow_zero) {
  const auto colon = text.rfind(':');
  Endpoint endpoint;
  unsigned port = 0;
  if (colon != std::string::npos) {
    endpoint.host = text.substr(0, colon);
    if (endpoint.host.size() > 2 && endpoint.host.front() == '[' && endpoint.host.back() == ']')
      endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    const char* const first = text.data() + colon + 1;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, port);
    if (error == std::errc{} && end == last && first != last && !endpoint.host.empty() && port <= 65535 && (port != 0 || allow_zero)) {
      endpoint.port = static_cast<std::uint16_t>(port);
      return endpoint;
    }
  }
  throw ConfigError(setting + ": expected host:port with a port from 1 to 65535, got \"" + text + "\"");
}

Endpoint reachable(const Endpoint& listen) {
  const bool all_v4 = listen.host == "0.0.0.0", all_v6 = listen.host == "::";
  return {all_v4 ? "127.0.0.1" : all_v6 ? "::1" : listen.host, listen.port};
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(trim(part));
  return parts;
}

}  // namespace base
