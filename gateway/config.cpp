#include "config.hpp"

#include "base/program.hpp"

#include <algorithm>
#include <thread>

namespace gateway {
namespace {

/// Half the processors, so that the services beside it have theirs.
int default_threads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2); }

/// A service's address as gRPC takes it: host:port, a comma-separated list of such, or a target with a scheme such as dns:///name:port.
std::string checked_target(const std::string& setting, const std::string& text) {
  if (text.find("://") != std::string::npos) return text;
  std::string target = "ipv4:";
  const std::vector<std::string> parts = base::split(text, ',');
  for (const std::string& part : parts) base::parse_endpoint(setting, part);
  if (parts.size() == 1) return text;
  for (const std::string& part : parts) target += (target.back() == ':' ? "" : ",") + part;
  return target;
}

void check_origins(const std::string& text) {
  for (const std::string& origin : base::split(text, ',')) {
    const bool sound =
        origin.empty() || origin == "*" || ((origin.starts_with("http://") || origin.starts_with("https://")) && !origin.ends_with('/'));
    if (!sound)
      throw base::ConfigError("CORS_ORIGINS: expected * or a list of origins such as https://app.example.com, got \"" + origin + "\"");
  }
}

class Milliseconds {
 public:
  Milliseconds(CLI::App& app, const char* flag, const char* setting, const char* help, std::chrono::milliseconds& place)
      : place_(place), value_(static_cast<int>(place.count())) {
    app.add_option(flag, value_, help)->envname(setting)->check(CLI::Range(1, 3'600'000))->capture_default_str();
  }
  ~Milliseconds() { place_ = std::chrono::milliseconds(value_); }
  Milliseconds(const Milliseconds&) = delete;
  Milliseconds& operator=(const Milliseconds&) = delete;

 private:
  std::chrono::milliseconds& place_;
  int value_;
};

}  // namespace

std::optional<Config> read_config(int argc, char** argv) {
  base::load_env_file(".env");
  CLI::App app("gateway: the HTTP face of the records: REST, console and frontend over the records and analytics services");
  Config config;
  std::string address = "127.0.0.1", records = "127.0.0.1:50051", analytics = "127.0.0.1:50052", level = "info";
  int port = 8000, streams = 0;
  config.threads = default_threads();
  app.add_option("--address", address, "Address to listen on")->envname("HTTP_ADDRESS")->capture_default_str();
  app.add_option("--port", port, "Port to listen on; 0: the system chooses")
      ->envname("HTTP_PORT")
      ->check(CLI::Range(0, 65'535))
      ->capture_default_str();
  app.add_option("--records-service", records, "records-service: host:port, or a list of such")
      ->envname("RECORDS_SERVICE_ADDR")
      ->capture_default_str();
  app.add_option("--analytics-service", analytics, "analytics-service: host:port, or a list of such")
      ->envname("ANALYTICS_SERVICE_ADDR")
      ->capture_default_str();
  app.add_option("--frontend", config.frontend, "Folder of the single-page frontend, served under /app/; empty: none")
      ->envname("FRONTEND_DIR");
  app.add_option("--cors-origins", config.cors_origins, "Origins whose pages may read the API: *, or a comma-separated list; empty: none")
      ->envname("CORS_ORIGINS");
  app.add_option("--threads", config.threads, "Event loops, one thread each")
      ->envname("HTTP_THREADS")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--max-connections", config.limits.connections, "Connections open at a time")
      ->envname("MAX_CONNECTIONS")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--max-requests", config.limits.requests,
                 "Requests worked on at a time; more are refused: 503, to a client with its share 429")
      ->envname("MAX_REQUESTS")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_flag("--trust-forwarded-for", config.limits.trust_forwarded_for,
               "Tell clients apart by the last address of X-Forwarded-For: only behind a proxy that writes it")
      ->envname("TRUST_FORWARDED_FOR");
  app.add_option("--records-streams", streams, "Streams to records-service, a thread; 0: one for each listed address")
      ->envname("RECORDS_STREAMS")
      ->check(CLI::Range(0, 64))
      ->capture_default_str();
  app.add_option("--max-header-bytes", config.limits.header_bytes, "Longest request header")
      ->envname("MAX_HEADER_BYTES")
      ->check(CLI::Range(1024, 1024 * 1024))
      ->capture_default_str();
  app.add_option("--max-body-bytes", config.limits.body_bytes, "Longest request body")
      ->envname("MAX_BODY_BYTES")
      ->check(CLI::Range(1024, 64 * 1024 * 1024))
      ->capture_default_str();
  app.add_option("--max-import-bytes", config.limits.streamed_body_bytes, "Longest body of an import")
      ->envname("MAX_IMPORT_BYTES")
      ->check(CLI::Range(std::uint64_t{1024}, std::uint64_t{1} << 40))
      ->capture_default_str();
  {
    http::Limits& limits = config.limits;
    const Milliseconds all[] = {
        {app, "--header-timeout-ms", "HEADER_TIMEOUT_MS", "For a request's header to arrive, milliseconds", limits.header_timeout},
        {app, "--body-timeout-ms", "BODY_TIMEOUT_MS", "For a body to arrive, and for each piece of an import", limits.body_timeout},
        {app, "--idle-timeout-ms", "IDLE_TIMEOUT_MS", "Between two requests of a connection", limits.idle_timeout},
        {app, "--write-timeout-ms", "WRITE_TIMEOUT_MS", "For a client to take a piece of an answer", limits.write_timeout},
        {app, "--request-timeout-ms", "REQUEST_TIMEOUT_MS", "What the services have for a request", limits.request_timeout},
        {app, "--service-patience-ms", "SERVICE_PATIENCE_MS", "How long requests wait for a service that has gone",
         config.service_patience},
        {app, "--summary-timeout-ms", "SUMMARY_TIMEOUT_MS", "What they have for a summary", config.summary_patience},
        {app, "--drain-ms", "DRAIN_MS", "How long running requests may take to end after SIGTERM", config.drain},
    };
    (void)all;
    app.add_flag("--probe", config.probe, "Ask the gateway that listens there whether it is ready, and end: 0, or 3 where it is not");
    app.add_flag("--access-log", config.access_log, "Log every request")->envname("ACCESS_LOG");
    app.add_option("--log-level", level, "trace, debug, info, warn, error, critical or off; SIGUSR1 and SIGUSR2 change it while running")
        ->envname("LOG_LEVEL")
        ->capture_default_str();
    if (!base::parse_program_options(app, argc, argv)) return std::nullopt;
  }
  if (address.empty()) throw base::ConfigError("HTTP_ADDRESS: must not be empty");
  config.listen = {address, static_cast<std::uint16_t>(port)};
  if (config.probe) {
    if (port == 0) throw base::ConfigError("HTTP_PORT: --probe needs the port");
    return config;
  }
  config.records_client.streams = streams > 0 ? static_cast<std::size_t>(streams) : base::split(records, ',').size();
  config.records_service = checked_target("RECORDS_SERVICE_ADDR", records);
  config.analytics_service = checked_target("ANALYTICS_SERVICE_ADDR", analytics);
  check_origins(config.cors_origins);
  config.log_level = base::checked_level("LOG_LEVEL", level);
  return config;
}

}  // namespace gateway
