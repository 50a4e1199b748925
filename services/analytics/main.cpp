// analytics-service: wires configuration, cluster, engines, live counts, service and server. Nothing else knows all parts.
#include "analytics/config.hpp"
#include "analytics/flink/live_job.hpp"
#include "analytics/flink/scan_planner.hpp"
#include "analytics/flink_live_counts.hpp"
#include "analytics/postgres_counts.hpp"
#include "analytics/service.hpp"
#include "analytics/sql_engine.hpp"
#include "analytics/sqlite_counts.hpp"
#include "base/program.hpp"
#include "base/signals.hpp"
#include "cluster/service.hpp"
#include "rpc/pollers.hpp"
#include "rpc/probe.hpp"
#include "rpc/server.hpp"

#include <boost/asio/io_context.hpp>

#include <thread>

namespace asio = boost::asio;

namespace {

/// What differs between a cluster and SQLite.
struct Parts {
  analytics::CountsSource& counts;  ///< for summaries
  analytics::CountsSource& live;    ///< for live counts
  analytics::FlinkEngine& flink;
  analytics::RunLog& log;
  analytics::flink::LiveJob* job = nullptr;
  cluster::Cluster* cluster = nullptr;
};

int serve(const analytics::Config& config, asio::io_context& loop, Parts parts) {
  analytics::SqlEngine sql(parts.counts, config.flink.job_name);
  analytics::Fallback engines(parts.flink, sql, &parts.log);
  analytics::LiveCounts live(loop.get_executor(), parts.live, config.live_period);
  analytics::Service service(loop.get_executor(), engines, parts.flink, live, parts.log, parts.job);
  cluster::ClusterServiceImpl topology(loop.get_executor(), parts.cluster, config.database.sqlite_path.value_or(""));
  const rpc::Pollers pollers(1);
  rpc::Server server({config.listen}, {&service, &topology});
  parts.flink.start();
  if (parts.job) parts.job->start();
  base::log::info("serving", {{"port", server.port()},
                              {"database", config.database.summary()},
                              {"flink", config.flink.sql_gateway_url},
                              {"version", RECORDS_VERSION}});
  std::thread drain;
  base::on_stop_signals(loop, [&] {
    base::log::info("draining");
    live.stop();
    parts.flink.stop();
    if (parts.job) parts.job->stop();
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
  analytics::SqliteCounts counts(*config.database.sqlite_path);
  analytics::RunLog log(loop.get_executor(), nullptr);
  analytics::FlinkEngine flink(loop.get_executor(), config.flink, {}, log);
  return serve(config, loop, {counts, counts, flink, log});
}

int run_cluster(const analytics::Config& config, asio::io_context& loop) {
  cluster::Cluster cluster(loop.get_executor(), config.database);
  cluster.start();
  analytics::PostgresCounts counts(cluster);
  analytics::FlinkLiveCounts live(cluster, counts);
  analytics::RunLog log(loop.get_executor(), &cluster);
  analytics::FlinkEngine flink(loop.get_executor(), config.flink,
                               analytics::flink::scan_planner(cluster, analytics::flink::Jdbc(config.database)), log);
  if (!config.flink.live) return serve(config, loop, {counts, counts, flink, log, nullptr, &cluster});
  analytics::flink::LiveJob job(loop.get_executor(), cluster, config.database, flink.gateway(), flink.job_manager(),
                                config.flink.job_name + "-live");
  return serve(config, loop, {counts, live, flink, log, &job, &cluster});
}

}  // namespace

int main(int argc, char** argv) {
  return base::run_program("analytics-service", [&] {
    const auto config = analytics::read_config(argc, argv);
    if (!config) return base::exit_code::ok;
    if (config->probe) return rpc::probe(config->listen);
    base::log::start("analytics-service", config->log_level);
    asio::io_context loop(1);
    return config->database.sqlite_path ? run_sqlite(*config, loop) : run_cluster(*config, loop);
  });
}
