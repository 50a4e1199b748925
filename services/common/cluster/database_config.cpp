#include "cluster/database_config.hpp"

#include "base/config.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace cluster {
namespace {

constexpr int connect_timeout_s = 5;

using Options = std::map<std::string, std::string>;

/// libpq's message without what it quotes: parts of the text, and there may be a password in them.
std::string without_quotes(const char* problem) {
  std::string words;
  bool quoted = false;
  for (const char c : std::string_view(problem)) {
    if (c == '"') words += std::exchange(quoted, !quoted) ? "" : "…";
    else if (!quoted && c != '\n') words += c;
  }
  return words;
}

/// libpq's own reading of a URI or of "key=value …".
Options parse_conninfo(const std::string& setting, const std::string& text) {
  char* problem = nullptr;
  PQconninfoOption* const options = PQconninfoParse(text.c_str(), &problem);
  if (!options) {
    const std::string line = problem ? without_quotes(problem) : "not understood";
    PQfreemem(problem);
    throw base::ConfigError(setting + ": " + line);
  }
  Options found;
  for (const PQconninfoOption* option = options; option->keyword; ++option)
    if (option->val) found[option->keyword] = option->val;
  PQconninfoFree(options);
  return found;
}

std::string at_or_last(const std::vector<std::string>& list, std::size_t index, const std::string& fallback) {
  if (list.empty()) return fallback;
  const std::string& value = list[std::min(index, list.size() - 1)];
  return value.empty() ? fallback : value;
}

/// One node for each host of the list. What concerns several hosts is ours to decide, so it is dropped.
std::vector<NodeAddress> nodes_of(const std::string& setting, Options options) {
  const std::vector<std::string> hosts = base::split(options["host"], ',');
  const std::vector<std::string> addresses = base::split(options["hostaddr"], ',');
  const std::vector<std::string> ports = base::split(options["port"], ',');
  const std::size_t count = std::max({hosts.size(), addresses.size(), std::size_t{1}});
  if (ports.size() > 1 && ports.size() != count)
    throw base::ConfigError(setting + ": " + std::to_string(ports.size()) + " ports for " + std::to_string(count) + " hosts");
  for (const char* key : {"host", "hostaddr", "port", "target_session_attrs", "fallback_application_name"}) options.erase(key);
  options.try_emplace("application_name", "records");
  options.try_emplace("connect_timeout", std::to_string(connect_timeout_s));
  options.try_emplace("gssencmode", "disable");  // openGauss takes GSSENCRequest for another message
  options.try_emplace("keepalives_idle", "5");
  options.try_emplace("keepalives_interval", "2");
  options.try_emplace("keepalives_count", "3");
  std::vector<NodeAddress> nodes;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string host = at_or_last(hosts, i, addresses.empty() ? "localhost" : addresses[i]);
    const std::string port = at_or_last(ports, i, "5432");
    // The rest of a password, which would be taken for a name, looked up and logged.
    if (host.find('@') != std::string::npos) throw base::ConfigError(setting + ": a host's name has an @ in it; in a password write %40");
    base::parse_endpoint(setting, (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port);
    NodeAddress node{host + ":" + port, {{"host", host}, {"port", port}}};
    if (i < addresses.size() && !addresses[i].empty()) node.info.emplace_back("hostaddr", addresses[i]);
    node.info.insert(node.info.end(), options.begin(), options.end());
    nodes.push_back(std::move(node));
  }
  return nodes;
}

/// sqlite:///relative, sqlite:////absolute, sqlite:///:memory:
std::string sqlite_path(const std::string& url) {
  std::string path = url.substr(std::string_view("sqlite:///").size());
  if (path.empty()) throw base::ConfigError("DATABASE_URL: sqlite:/// needs a path, for example sqlite:///records.db");
  return path;
}

Options gauss_options(const DatabaseSettings& settings) {
  Options options{{"host", settings.gauss_host}, {"port", settings.gauss_port}, {"dbname", settings.gauss_db}};
  if (settings.gauss_user.empty()) throw base::ConfigError("GAUSS_USER: needed with GAUSS_HOST");
  options["user"] = settings.gauss_user;
  const std::string password = base::secret_env("GAUSS_PASSWORD");
  if (!password.empty()) options["password"] = password;
  return options;
}

Dialect parse_dialect(const std::string& text) {
  if (text == "auto") return Dialect::automatic;
  if (text == "postgresql") return Dialect::postgresql;
  if (text == "opengauss") return Dialect::opengauss;
  throw base::ConfigError("GAUSS_DIALECT: expected auto, postgresql or opengauss, got \"" + text + "\"");
}

}  // namespace

void DatabaseSettings::bind(CLI::App& app) {
  app.add_option("--database-url", url, "libpq URI with one or several hosts, or sqlite:///file")->envname("DATABASE_URL");
  app.add_option("--gauss-host", gauss_host, "Nodes, separated by commas; a virtual address works")->envname("GAUSS_HOST");
  app.add_option("--gauss-port", gauss_port, "One port for all nodes, or one each")->envname("GAUSS_PORT")->capture_default_str();
  app.add_option("--gauss-user", gauss_user, "Database user; the password comes from GAUSS_PASSWORD or GAUSS_PASSWORD_FILE")
      ->envname("GAUSS_USER");
  app.add_option("--gauss-db", gauss_db, "Database name")->envname("GAUSS_DB")->capture_default_str();
  app.add_option("--gauss-read-dsn", gauss_read_dsn, "Further read-only nodes, as a libpq URI; a proxy before several standbys works")
      ->envname("GAUSS_READ_DSN");
  app.add_option("--gauss-dialect", dialect, "auto, postgresql or opengauss")->envname("GAUSS_DIALECT")->capture_default_str();
  app.add_option("--pool-size", pool_size, "Connections to each node")
      ->envname("POOL_SIZE")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--pool-waiting", pool_waiting, "Callers that may wait for a connection to a node; beyond: refused at once")
      ->envname("POOL_WAITING")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--probe-period-ms", probe_period_ms, "How often each node is asked for role and position, milliseconds")
      ->envname("PROBE_PERIOD_MS")
      ->check(CLI::Range(20, 60000))
      ->capture_default_str();
  app.add_option("--probe-timeout-ms", probe_timeout_ms, "How long a node may take to answer that, milliseconds")
      ->envname("PROBE_TIMEOUT_MS")
      ->check(CLI::Range(20, 60000))
      ->capture_default_str();
}

DatabaseConfig check(const DatabaseSettings& settings) {
  DatabaseConfig config;
  config.dialect = parse_dialect(settings.dialect);
  config.pool_size = settings.pool_size;
  config.pool_waiting = settings.pool_waiting;
  config.probe_period = std::chrono::milliseconds(settings.probe_period_ms);
  config.probe_timeout = std::chrono::milliseconds(settings.probe_timeout_ms);
  if (settings.url.starts_with("sqlite:///")) {
    config.sqlite_path = sqlite_path(settings.url);
    return config;
  }
  if (!settings.url.empty()) {
    if (!settings.url.starts_with("postgresql://") && !settings.url.starts_with("postgres://"))
      throw base::ConfigError("DATABASE_URL: expected postgresql://… or sqlite:///…");
    config.nodes = nodes_of("DATABASE_URL", parse_conninfo("DATABASE_URL", settings.url));
  } else if (!settings.gauss_host.empty()) {
    config.nodes = nodes_of("GAUSS_HOST", gauss_options(settings));
  } else {
    throw base::ConfigError("DATABASE_URL or GAUSS_HOST: one of them is needed");
  }
  if (config.nodes.size() == 1) config.nodes.front().shared = true;
  if (!settings.gauss_read_dsn.empty())
    for (NodeAddress& node : nodes_of("GAUSS_READ_DSN", parse_conninfo("GAUSS_READ_DSN", settings.gauss_read_dsn)))
      if (std::ranges::none_of(config.nodes, [&](const NodeAddress& known) { return known.name == node.name; })) {
        node.shared = true;
        config.nodes.push_back(std::move(node));
      }
  return config;
}

std::string DatabaseConfig::summary() const {
  if (sqlite_path) return "sqlite " + *sqlite_path;
  std::string text;
  for (const NodeAddress& node : nodes) text += (text.empty() ? "" : ",") + node.name;
  return text;
}

}  // namespace cluster
