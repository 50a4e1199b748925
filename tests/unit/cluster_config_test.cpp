#include "base/config.hpp"
#include "cluster/database_config.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstdlib>

using namespace cluster;

namespace {

DatabaseConfig checked(const DatabaseSettings& settings) { return cluster::check(settings); }

std::string option(const NodeAddress& node, const std::string& key) {
  const auto found = std::ranges::find(node.info, key, &std::pair<std::string, std::string>::first);
  return found == node.info.end() ? "(none)" : found->second;
}

std::vector<std::string> names(const DatabaseConfig& config) {
  std::vector<std::string> all;
  for (const NodeAddress& node : config.nodes) all.push_back(node.name);
  return all;
}

std::string message_of(const DatabaseSettings& settings) {
  try {
    checked(settings);
  } catch (const base::ConfigError& error) {
    return error.what();
  }
  return "no error";
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a URL of SQLite") {
  CHECK(checked({.url = "sqlite:///records.db"}).sqlite_path == "records.db");
  CHECK(checked({.url = "sqlite:////var/records.db"}).sqlite_path == "/var/records.db");
  CHECK(checked({.url = "sqlite:///:memory:"}).sqlite_path == ":memory:");
  CHECK(message_of({.url = "sqlite:///"}).starts_with("DATABASE_URL: "));
}

TEST_CASE("a URL with several hosts gives a node each, with the other options on all") {
  const auto config = checked({.url = "postgresql://app:s%20cret@a:5433,b,[::1]:5434/stock?sslmode=require&target_session_attrs=any"});
  CHECK_FALSE(config.sqlite_path);
  CHECK(names(config) == Names{"a:5433", "b:5432", "::1:5434"});
  for (const NodeAddress& node : config.nodes) {
    CHECK(option(node, "user") == "app");
    CHECK(option(node, "password") == "s cret");
    CHECK(option(node, "dbname") == "stock");
    CHECK(option(node, "sslmode") == "require");
    CHECK(option(node, "target_session_attrs") == "(none)");
  }
  CHECK(option(config.nodes[1], "host") == "b");
  CHECK(option(config.nodes[1], "port") == "5432");
  CHECK(config.summary().find("cret") == std::string::npos);
}

TEST_CASE("GAUSS_* settings") {
  ::setenv("GAUSS_PASSWORD", "pw", 1);
  const auto config =
      checked({.gauss_host = "n1, n2,n3", .gauss_port = "8000", .gauss_user = "app", .gauss_db = "d", .dialect = "opengauss"});
  CHECK(names(config) == Names{"n1:8000", "n2:8000", "n3:8000"});
  CHECK(config.dialect == Dialect::opengauss);
  CHECK(option(config.nodes[2], "password") == "pw");
  CHECK(option(config.nodes[2], "dbname") == "d");
  CHECK(names(checked({.gauss_host = "n1,n2", .gauss_port = "1,2", .gauss_user = "app"})) == Names{"n1:1", "n2:2"});
  ::unsetenv("GAUSS_PASSWORD");
}

TEST_CASE("a read-only DSN adds nodes, each once") {
  const auto config = checked({.url = "postgresql://u@a:1,b:2/d", .gauss_read_dsn = "postgresql://r@b:2,c:3/d"});
  CHECK(names(config) == Names{"a:1", "b:2", "c:3"});
  CHECK(option(config.nodes[2], "user") == "r");
}

TEST_CASE("a single address, and those for reading, may each stand for several servers") {
  const auto shared = [](const cluster::DatabaseSettings& settings) {
    std::vector<bool> each;
    for (const auto& node : checked(settings).nodes) each.push_back(node.shared);
    return each;
  };
  CHECK(shared({.url = "postgresql://u@a:1,b:2/d", .gauss_read_dsn = "postgresql://r@c:3/d"}) == std::vector{false, false, true});
  CHECK(shared({.url = "postgresql://u@a:1/d"}) == std::vector{true});
  CHECK(shared({.gauss_host = "vip", .gauss_user = "u", .gauss_read_dsn = "postgresql://r@c:3/d"}) == std::vector{true, true});
}

TEST_CASE("bad settings are named") {
  CHECK(message_of({}) == "DATABASE_URL or GAUSS_HOST: one of them is needed");
  CHECK(message_of({.url = "mysql://x/y"}).starts_with("DATABASE_URL: "));
  CHECK(message_of({.url = "postgresql://a:port/d"}).starts_with("DATABASE_URL: "));
  CHECK(message_of({.url = "postgresql://a/d?no_such_option=1"}).starts_with("DATABASE_URL: "));
  CHECK(message_of({.url = "postgresql://a,b,c/d?port=1,2"}) == "DATABASE_URL: 2 ports for 3 hosts");
  CHECK(message_of({.gauss_host = "a"}) == "GAUSS_USER: needed with GAUSS_HOST");
  CHECK(message_of({.gauss_host = "a", .gauss_port = "70000", .gauss_user = "u"}).starts_with("GAUSS_HOST: "));
  CHECK(message_of({.url = "sqlite:///x", .dialect = "oracle"}) == "GAUSS_DIALECT: expected auto, postgresql or opengauss, got \"oracle\"");
  CHECK(message_of({.url = "postgresql://u@a/d", .gauss_read_dsn = "postgresql://r@b:x/d"}).starts_with("GAUSS_READ_DSN: "));
}
