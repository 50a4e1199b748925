#include "records/config.hpp"

#include "base/program.hpp"

namespace records {

std::optional<Config> read_config(int argc, char** argv) {
  base::load_env_file(".env");
  CLI::App app("records-service: stores records in a PostgreSQL, openGauss or GaussDB cluster, or in SQLite, and serves them over gRPC");
  std::string listen = "127.0.0.1:50051", level = "info";
  int drain_ms = 10'000, ttl_hours = 24;
  bool probe = false;
  cluster::DatabaseSettings database;
  Config config;
  app.add_option("--listen", listen, "Address of the gRPC server")->envname("RECORDS_LISTEN")->capture_default_str();
  app.add_option("--log-level", level, "trace, debug, info, warn, error, critical or off; SIGUSR1 and SIGUSR2 change it while running")
      ->envname("LOG_LEVEL")
      ->capture_default_str();
  app.add_option("--drain-ms", drain_ms, "How long running calls may take to end after SIGTERM, milliseconds")
      ->envname("DRAIN_MS")
      ->check(CLI::Range(0, 600'000))
      ->capture_default_str();
  app.add_option("--idempotency-ttl-hours", ttl_hours, "How long idempotency keys are remembered, hours")
      ->envname("IDEMPOTENCY_TTL_HOURS")
      ->check(CLI::Range(1, 24 * 365))
      ->capture_default_str();
  database.bind(app);
  app.add_flag("--probe", probe, "Ask the records-service that listens there whether it serves, and end: 0, or 3 where it does not");
  app.require_subcommand(0, 1);
  const auto* const serve = app.add_subcommand("serve", "Serve (the default)");
  const auto* const migrate = app.add_subcommand("migrate", "Bring the schema up to date and end; safe to run twice and side by side");
  auto* const demo = app.add_subcommand("demo", "Store N realistic records and end");
  demo->add_option("N", config.demo_records, "How many")->required()->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}));
  const auto* const check = app.add_subcommand("check-counts", "Compare the kept counts with the records; ends with 1 where they differ");
  const auto* const rebuild = app.add_subcommand("rebuild-counts", "Count anew; writes wait meanwhile");
  (void)serve;
  if (!base::parse_program_options(app, argc, argv)) return std::nullopt;
  config.command = migrate->parsed()   ? Command::migrate
                   : demo->parsed()    ? Command::demo
                   : check->parsed()   ? Command::check_counts
                   : rebuild->parsed() ? Command::rebuild_counts
                                       : Command::serve;
  config.listen = base::parse_endpoint("RECORDS_LISTEN", listen, !probe);
  if (probe) {
    config.command = Command::probe;
    return config;
  }
  config.log_level = base::checked_level("LOG_LEVEL", level);
  config.database = cluster::check(database);
  config.drain = std::chrono::milliseconds(drain_ms);
  config.idempotency_ttl = std::chrono::hours(ttl_hours);
  return config;
}

}  // namespace records
