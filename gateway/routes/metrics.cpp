#include "routes/metrics.hpp"

#include "json/topology.hpp"
#include "routes/call_options.hpp"

#include <analytics/v1/analytics.pb.h>
#include <cluster/v1/cluster.pb.h>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <array>
#include <functional>
#include <limits>

namespace routes {

using Families = std::vector<prometheus::MetricFamily>;
using Labels = std::vector<prometheus::ClientMetric::Label>;
using prometheus::MetricType;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

/// Divides: a product with 1e-6 would show bounds such as 9.999999999999999e-05.
constexpr double microseconds_a_second = 1e6;

/// One family being filled; goes into the list at its end.
class Family {
 public:
  Family(Families& families, std::string name, std::string help, MetricType type) : family_(families.emplace_back()) {
    family_.name = std::move(name);
    family_.help = std::move(help);
    family_.type = type;
  }

  void add(Labels labels, double value) {
    prometheus::ClientMetric& metric = family_.metric.emplace_back();
    metric.label = std::move(labels);
    if (family_.type == MetricType::Counter) metric.counter.value = value;
    else metric.gauge.value = value;
  }

  /// A histogram summed over all loops; its values are divided by `unit`.
  template <class Pick>
  void add_histogram(Labels labels, const std::vector<loop::Counters*>& loops, Pick pick, double unit) {
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    const auto& bounds = pick(*loops.front()).bounds();
    std::int64_t count = 0, sum = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
      for (const loop::Counters* each : loops) count += pick(*each).count(i);
      const double bound = i < bounds.size() ? static_cast<double>(bounds[i]) / unit : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({static_cast<std::uint64_t>(count), bound});
    }
    for (const loop::Counters* each : loops) sum += pick(*each).sum();
    metric.histogram.sample_count = static_cast<std::uint64_t>(count);
    metric.histogram.sample_sum = static_cast<double>(sum) / unit;
    if (count > 0) family_.metric.push_back(std::move(metric));
  }

 private:
  prometheus::MetricFamily& family_;
};

using Loops = std::vector<loop::Counters*>;

void add_requests(Families& families, const Loops& loops, const std::vector<RouteLabel>& labels) {
  {
    Family requests(families, "http_requests_total", "Requests answered, by row of the route table and class of the status.",
                    MetricType::Counter);
    for (std::size_t route = 0; route < labels.size(); ++route)
      for (std::size_t status = 1; status < 6; ++status) {
        std::int64_t count = 0;
        for (const loop::Counters* each : loops) count += each->routes[route].by_class[status].get();
        if (count > 0)
          requests.add({{"method", labels[route].method}, {"route", labels[route].pattern}, {"status", std::to_string(status) + "xx"}},
                       static_cast<double>(count));
      }
  }
  Family durations(families, "http_request_duration_seconds", "From the end of a request's header to the end of its answer.",
                   MetricType::Histogram);
  for (std::size_t route = 0; route < labels.size(); ++route)
    durations.add_histogram(
        {{"method", labels[route].method}, {"route", labels[route].pattern}},
        loops, [route](const loop::Counters& each) -> const auto& { return each.routes[route].duration; }, microseconds_a_second);
}

void add_totals(Families& families, const Loops& loops) {
  struct Row {
    const char* name;
    const char* help;
    MetricType type;
    loop::Counter loop::Counters::*counter;
  };
  static constexpr std::array<Row, 8> rows{{
      {"http_connections_open", "Connections open now.", MetricType::Gauge, &loop::Counters::connections},
      {"http_connections_accepted_total", "Connections accepted.", MetricType::Counter, &loop::Counters::accepted},
      {"http_requests_in_flight", "Requests being worked on now.", MetricType::Gauge, &loop::Counters::in_flight},
      {"backend_calls_total", "Calls to the records service through the batched stream.", MetricType::Counter,
       &loop::Counters::backend_calls},
      {"backend_calls_in_flight", "Such calls not yet answered.", MetricType::Gauge, &loop::Counters::backend_in_flight},
      {"backend_joined_total", "Lists answered by another call that asked the same and waited with them.", MetricType::Counter,
       &loop::Counters::backend_joined},
      {"backend_retries_total", "Calls sent again after the stream was lost.", MetricType::Counter, &loop::Counters::backend_retries},
      {"backend_stream_breaks_total", "Streams to the records service that were lost.", MetricType::Counter,
       &loop::Counters::backend_breaks},
  }};
  for (const Row& row : rows) {
    std::int64_t sum = 0;
    for (const loop::Counters* each : loops) sum += (each->*row.counter).get();
    Family(families, row.name, row.help, row.type).add({}, static_cast<double>(sum));
  }
  {
    Family refused(families, "http_requests_refused_total",
                   "Requests refused at once: all places taken (full), or the client's share (client).", MetricType::Counter);
    std::int64_t full = 0, client = 0;
    for (const loop::Counters* each : loops) full += each->refused_full.get(), client += each->refused_client.get();
    refused.add({{"reason", "full"}}, static_cast<double>(full));
    refused.add({{"reason", "client"}}, static_cast<double>(client));
  }
  Family(families, "backend_batch_size", "Calls that travelled in one message.", MetricType::Histogram)
      .add_histogram(
          {}, loops, [](const loop::Counters& each) -> const auto& { return each.batch_size; }, 1);
}

void add_nodes(Families& families, const cluster::v1::GetTopologyResponse& topology) {
  using cluster::v1::Node;
  struct Row {
    const char* name;
    const char* help;
    double (*value)(const Node&);
  };
  static constexpr std::array<Row, 6> rows{{
      {"cluster_node_replay_lag_bytes", "How far a standby is behind the primary.",
       [](const Node& n) { return static_cast<double>(n.replay_lag_bytes()); }},
      {"cluster_node_replay_lag_seconds", "The same in time.", [](const Node& n) { return static_cast<double>(n.replay_lag_ms()) / 1e3; }},
      {"cluster_node_round_trip_seconds", "How long the latest check of the node took.",
       [](const Node& n) { return static_cast<double>(n.round_trip_us()) / microseconds_a_second; }},
      {"cluster_node_timeline", "Grows by one with each promotion.", [](const Node& n) { return static_cast<double>(n.timeline()); }},
      {"cluster_pool_connections", "Connections of the records service to the node.",
       [](const Node& n) { return static_cast<double>(n.pool().size()); }},
      {"cluster_pool_waiting", "Callers that wait for a connection.",
       [](const Node& n) { return static_cast<double>(n.pool().waiting()); }},
  }};
  {
    Family roles(families, "cluster_node_role", "1 for the role a node has now.", MetricType::Gauge);
    for (const Node& node : topology.nodes()) roles.add({{"node", node.name()}, {"role", std::string(json::role_name(node))}}, 1);
  }
  for (const Row& row : rows) {
    Family family(families, row.name, row.help, MetricType::Gauge);
    for (const Node& node : topology.nodes()) family.add({{"node", node.name()}}, row.value(node));
  }
}

void add_analytics(Families& families, const analytics::v1::GetEngineStatusResponse& status) {
  Family(families, "flink_up", "1 while Flink could run a summary; absent where it is not configured.", MetricType::Gauge)
      .add({}, status.flink() == "ok" ? 1 : 0);
  {
    Family runs(families, "analytics_runs_total", "Summaries, by engine.", MetricType::Counter);
    runs.add({{"engine", "flink"}}, static_cast<double>(status.flink_runs()));
    runs.add({{"engine", "sql"}}, static_cast<double>(status.sql_runs()));
  }
  Family(families, "analytics_fallbacks_total", "Summaries by SQL because Flink could not.", MetricType::Counter)
      .add({}, static_cast<double>(status.fallbacks()));
  {
    Family ended(families, "analytics_flink_unfinished_total", "Flink summaries without a result, by why.", MetricType::Counter);
    ended.add({{"outcome", "failed"}}, static_cast<double>(status.failed_runs()));
    ended.add({{"outcome", "cancelled"}}, static_cast<double>(status.cancelled_runs()));
  }
  Family(families, "flink_live_state", "1 for the state of the streaming job for live counts.", MetricType::Gauge)
      .add({{"state", status.live_state()}}, 1);
}

}  // namespace

boost::asio::awaitable<http::Response> Metrics::all(http::Request& request) {
  backend::CallOptions options = plain_options(request);
  options.deadline = std::min(options.deadline, base::SteadyClock::now() + std::chrono::seconds(1));
  auto topology_call = client_.records_topology(options);
  options.cancellation = nullptr;  // it stands for one call
  auto engine_call = client_.engine_status(options);
  const auto [topology, engine] = co_await (std::move(topology_call) && std::move(engine_call));

  Families families;
  families.reserve(32);  // Family keeps a reference while it is filled
  add_requests(families, counters_, labels_);
  add_totals(families, counters_);
  Family(families, "backend_up", "1 while the records service answers.", MetricType::Gauge)
      .add({{"service", "records"}}, topology.has_value() ? 1 : 0);
  Family(families, "gateway_info", "The version of this program.", MetricType::Gauge).add({{"version", RECORDS_VERSION}}, 1);
  if (topology.has_value()) add_nodes(families, *topology);
  if (engine.has_value()) add_analytics(families, *engine);

  http::Response response;
  response.type = "text/plain; version=0.0.4; charset=utf-8";
  response.compress = true;
  response.header("Cache-Control", "no-store");
  response.body = prometheus::TextSerializer().Serialize(families);
  co_return response;
}

}  // namespace routes
