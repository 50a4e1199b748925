#include "analytics/flink/jdbc.hpp"

#include "pg/passfile.hpp"

#include <algorithm>

namespace analytics::flink {
namespace {

std::string value(const pg::ConnInfo& info, std::string_view key) {
  for (const auto& [name, text] : info)
    if (name == key) return text;
  return {};
}

/// As one part of a URL.
std::string escaped(std::string_view text) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '_' || c == '-' || c == '.') out += c;
    else (out += '%') += hex[byte >> 4], out += hex[byte & 15];
  }
  return out;
}

std::string authority(const pg::ConnInfo& info) {
  std::string host = value(info, "hostaddr");
  if (host.empty()) host = value(info, "host");
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return host + ":" + value(info, "port");
}

JdbcLogin login(const pg::ConnInfo& info, const std::string& authorities, const std::string& role) {
  const std::string mode = value(info, "sslmode");
  JdbcLogin login{.host = value(info, "host"),
                  .port = value(info, "port"),
                  .user = value(info, "user"),
                  .password = value(info, "password"),
                  .database = value(info, "dbname")};
  login.url = "jdbc:postgresql://" + authorities + "/" + escaped(login.database) + "?targetServerType=" + role +
              "&tcpKeepAlive=true&connectTimeout=5&ApplicationName=records-flink";
  if (!mode.empty()) login.url += "&sslmode=" + escaped(mode);
  return login;
}

}  // namespace

Jdbc::Jdbc(const cluster::DatabaseConfig& database) : nodes_(database.nodes) {
  for (cluster::NodeAddress& node : nodes_) {
    std::string password = pg::password_of(node.info);
    std::erase_if(node.info, [](const auto& setting) { return setting.first == "password"; });
    node.info.emplace_back("password", std::move(password));
  }
}

JdbcLogin Jdbc::node(const std::string& name) const {
  const auto found = std::ranges::find(nodes_, name, &cluster::NodeAddress::name);
  const pg::ConnInfo& info = found == nodes_.end() ? nodes_.front().info : found->info;
  return login(info, authority(info), "any");
}

JdbcLogin Jdbc::primary() const {
  std::string all;
  for (const cluster::NodeAddress& node : nodes_) all += (all.empty() ? "" : ",") + authority(node.info);
  return login(nodes_.front().info, all, "primary");
}

}  // namespace analytics::flink
