// The gateway: wires configuration, loops, clients, routes and the HTTP server. Nothing else knows all parts.
#include "backend/channel.hpp"
#include "base/program.hpp"
#include "base/signals.hpp"
#include "config.hpp"
#include "http/server.hpp"
#include "probe.hpp"
#include "routes/routes.hpp"
#include "rpc/pollers.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>
#include <thread>

namespace {

/// How long connections have to close once everything on them has been given up.
constexpr auto last_patience = std::chrono::seconds(3);
constexpr auto look = std::chrono::milliseconds(20);

/// What one loop needs for itself; everything in it belongs to the loop's thread.
struct Lane {
  Lane(const gateway::Config& config, backend::Position& position)
      : records_channel(backend::open_channel(config.records_service)),
        analytics_channel(backend::open_channel(config.analytics_service)),
        records_watch(loop, records_channel, config.service_patience),
        analytics_watch(loop, analytics_channel, config.service_patience),
        records(loop, counters, position, records_channel, records_watch, config.records_client),
        exchange(loop, position, records_channel, records_watch),
        analytics(loop, analytics_channel, analytics_watch),
        cluster(loop, records_channel, analytics_channel),
        clients{records, exchange, analytics, cluster, config.summary_patience},
        admission((config.limits.requests + config.threads - 1) / config.threads) {}

  loop::Loop loop;
  loop::Counters counters;
  std::shared_ptr<grpc::Channel> records_channel, analytics_channel;
  backend::ServiceWatch records_watch, analytics_watch;
  backend::RecordsClient records;
  backend::ExchangeClient exchange;
  backend::AnalyticsClient analytics;
  backend::ClusterClient cluster;
  routes::Clients clients;
  http::Admission admission;
  std::unique_ptr<routes::Routes> routes;
  std::unique_ptr<http::Environment> environment;
};

/// From the stop signal to the end of the last connection; on the first loop.
class Drain {
 public:
  Drain(loop::Loop& loop, http::Server& server, std::chrono::milliseconds patience, std::function<void()> done)
      : server_(server), timer_(loop.context()), give_up_(base::SteadyClock::now() + patience), done_(std::move(done)) {
    base::log::info("draining", {{"connections", server.open_connections()}});
    server_.drain();
    wait();
  }

 private:
  void wait() {
    const auto now = base::SteadyClock::now();
    if (server_.open_connections() == 0 || now > give_up_ + last_patience) return done_();
    if (now > give_up_ && !aborted_) {
      aborted_ = true;
      base::log::warn("giving up what has not ended", {{"connections", server_.open_connections()}});
      server_.abort();
    }
    timer_.expires_after(look);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) wait();
    });
  }

  http::Server& server_;
  boost::asio::steady_timer timer_;
  base::SteadyClock::time_point give_up_;
  std::function<void()> done_;
  bool aborted_ = false;
};

int serve(const gateway::Config& config) {
  const routes::Assets assets(config.frontend);
  const http::Cors cors(config.cors_origins);
  const rpc::Pollers pollers(config.threads);
  backend::Position position;
  bool draining = false;  // only told to /health/ready; a late look does no harm
  std::deque<Lane> lanes;
  std::vector<loop::Counters*> counters;
  std::vector<http::Environment*> environments;
  for (int i = 0; i < config.threads; ++i) counters.push_back(&lanes.emplace_back(config, position).counters);
  for (Lane& lane : lanes) {
    lane.routes = std::make_unique<routes::Routes>(lane.clients, assets, counters, draining);
    lane.counters.routes.resize(lane.routes->router().table().size() + 1);
    lane.environment = std::make_unique<http::Environment>(http::Environment{.loop = lane.loop,
                                                                             .counters = lane.counters,
                                                                             .router = lane.routes->router(),
                                                                             .limits = config.limits,
                                                                             .admission = lane.admission,
                                                                             .cors = cors,
                                                                             .access_log = config.access_log});
    environments.push_back(lane.environment.get());
  }

  http::Server server(config.listen, environments, config.limits);
  loop::Loop& first = lanes.front().loop;
  std::unique_ptr<Drain> drain;
  base::on_stop_signals(first.context(), [&] {
    draining = true;
    drain = std::make_unique<Drain>(first, server, config.drain, [&lanes] {
      for (Lane& lane : lanes) lane.loop.stop();
    });
  });
  server.start();
  base::log::info("serving", {{"port", server.port()},
                              {"records_service", config.records_service},
                              {"analytics_service", config.analytics_service},
                              {"threads", config.threads},
                              {"version", RECORDS_VERSION}});
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < lanes.size(); ++i) threads.emplace_back([&lane = lanes[i]] { lane.loop.run(); });
  first.run();
  threads.clear();
  base::log::info("stopped");
  return base::exit_code::ok;
}

}  // namespace

int main(int argc, char** argv) {
  return base::run_program("gateway", [&] {
    const auto config = gateway::read_config(argc, argv);
    if (!config) return base::exit_code::ok;
    if (config->probe) return gateway::probe(config->listen);
    base::log::start("gateway", config->log_level);
    return serve(*config);
  });
}
