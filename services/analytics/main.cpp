// analytics-service: wires configuration, cluster, engines, live counts, service and server. Nothing else knows all parts.
#include "analytics/config.hpp"
#include "analytics/postgres_counts.hpp"
#include "analytics/service.hpp"
#include "analytics/sql_engine.hpp"
#include "analytics/sqlite_counts.hpp"
#include "base/program.hpp"
#include "base/signals.hpp"
#include "cluster/service.hpp"
#include "rpc/server.hpp"

#include <boost/asio/io_context.hpp>

#include <thread>

namespace asio = boost::asio;

namespace {

int serve(const analytics::Config& config, asio::io_context& loop, analytics::CountsSource& source, const cluster::Cluster* cluster) {
  analytics::SqlEngine sql(source, config.flink.job_name);
  analytics::FlinkEngine flink(config.flink);
  analytics::Fallback engines(flink, sql);
  analytics::LiveCounts live(loop.get_executor(), source, config.live_period);
  analytics::Service service(loop.get_executor(), engines, flink, live);
  cluster::ClusterServiceImpl topology(loop.get_executor(), cluster, config.database.sqlite_path.value_or(""));
  rpc::Server server({config.listen}, {&service, &topology});
  base::log::info("serving", {{"port", server.port()},
                              {"database", config.database.summary()},
                              {"flink", config.flink.sql_gateway_url},
                              {"version", RECORDS_VERSION}});
  std::thread drain;
  base::on_stop_signals(loop, [&] {
    base::log::info("draining");
    live.stop();
    // The loop goes on while calls end.
    drain = std::thread([&] {
      server.drain(config.drain);
      loop.stop();
    });
  });
  loop.run();
  if (drain.joinable()) drain.join();
  base::log::info("stopped");
  return base::exit_code::ok;
}

int run_sqlite(const analytics::Config& config, asio::io_context& loop) {
  analytics::SqliteCounts source(*config.database.sqlite_path);
  return serve(config, loop, source, nullptr);
}

int run_cluster(const analytics::Config& config, asio::io_context& loop) {
  cluster::Cluster cluster(loop.get_executor(), config.database);
  cluster.start();
  analytics::PostgresCounts source(cluster);
  return serve(config, loop, source, &cluster);
}

}  // namespace

int main(int argc, char** argv) {
  return base::run_program("analytics-service", [&] {
    const auto config = analytics::read_config(argc, argv);
    if (!config) return base::exit_code::ok;
    base::log::start("analytics-service", config->log_level);
    asio::io_context loop(1);
    return config->database.sqlite_path ? run_sqlite(*config, loop) : run_cluster(*config, loop);
  });
}
