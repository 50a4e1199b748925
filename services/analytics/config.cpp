#include "analytics/config.hpp"

#include "analytics/flink/rest.hpp"
#include "base/program.hpp"

namespace analytics {
namespace {

std::string checked_url(const std::string& setting, std::string url) {
  if (const std::string problem = url.empty() ? "" : flink::url_problem(url); !problem.empty())
    throw base::ConfigError(setting + ": " + problem);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::optional<Config> read_config(int argc, char** argv) {
  base::load_env_file(".env");
  CLI::App app(
      "analytics-service: counts the records of a cluster by status and owner, by Flink or by SQL, and serves the figures over gRPC");
  std::string listen = "127.0.0.1:50052", level = "info";
  int drain_ms = 10'000, live_period_ms = 500;
  cluster::DatabaseSettings database;
  Config config;
  app.add_option("--listen", listen, "Address of the gRPC server")->envname("ANALYTICS_LISTEN")->capture_default_str();
  app.add_option("--flink-sql-gateway-url", config.flink.sql_gateway_url, "Flink SQL Gateway, http://host:port; empty: SQL answers")
      ->envname("FLINK_SQL_GATEWAY_URL");
  app.add_option("--flink-rest-url", config.flink.rest_url, "Flink JobManager, http://host:port")->envname("FLINK_REST_URL");
  app.add_option("--flink-job-name", config.flink.job_name, "Name of the jobs")->envname("FLINK_JOB_NAME")->capture_default_str();
  app.add_option("--flink-parallelism", config.flink.parallelism, "Parallel parts of a job")
      ->envname("FLINK_PARALLELISM")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_flag(
         "--flink-cdc", config.flink.live,
         "Keep live counts by a streaming job of Flink's on the primary's log; needs both addresses, wal_level=logical and a role with "
         "REPLICATION")
      ->envname("FLINK_CDC");
  app.add_option("--live-period-ms", live_period_ms, "How often live counts look for changes while somebody watches, milliseconds")
      ->envname("LIVE_PERIOD_MS")
      ->check(CLI::Range(10, 60'000))
      ->capture_default_str();
  app.add_option("--log-level", level, "trace, debug, info, warn, error, critical or off; SIGUSR1 and SIGUSR2 change it while running")
      ->envname("LOG_LEVEL")
      ->capture_default_str();
  app.add_option("--drain-ms", drain_ms, "How long running calls may take to end after SIGTERM, milliseconds")
      ->envname("DRAIN_MS")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
  database.bind(app);
  app.add_flag("--probe", config.probe,
               "Ask the analytics-service that listens there whether it serves, and end: 0, or 3 where it does not");
  if (!base::parse_program_options(app, argc, argv)) return std::nullopt;
  config.listen = base::parse_endpoint("ANALYTICS_LISTEN", listen, !config.probe);
  if (config.probe) return config;
  config.log_level = base::checked_level("LOG_LEVEL", level);
  config.flink.sql_gateway_url = checked_url("FLINK_SQL_GATEWAY_URL", std::move(config.flink.sql_gateway_url));
  config.flink.rest_url = checked_url("FLINK_REST_URL", std::move(config.flink.rest_url));
  if (config.flink.live && (config.flink.sql_gateway_url.empty() || config.flink.rest_url.empty()))
    throw base::ConfigError("FLINK_CDC: needs FLINK_SQL_GATEWAY_URL and FLINK_REST_URL");
  config.live_period = std::chrono::milliseconds(live_period_ms);
  config.drain = std::chrono::milliseconds(drain_ms);
  config.database = cluster::check(database);
  if (config.database.sqlite_path == ":memory:")
    throw base::ConfigError("DATABASE_URL: sqlite:///:memory: belongs to one process and cannot be counted by another: give a file");
  if (config.flink.live && config.database.sqlite_path) throw base::ConfigError("FLINK_CDC: needs a PostgreSQL cluster, not SQLite");
  return config;
}

}  // namespace analytics
