#include "routes/health.hpp"

#include "http/problem.hpp"
#include "json/text.hpp"
#include "json/topology.hpp"
#include "routes/call_options.hpp"

#include <analytics/v1/analytics.pb.h>
#include <cluster/v1/cluster.pb.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>

namespace routes {

using cluster::v1::GetTopologyResponse;
using http::Request;
using http::Response;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

/// A service that does not answer within this is down.
constexpr auto patience = std::chrono::seconds(2);

backend::CallOptions quick_options(Request& request) {
  backend::CallOptions options = plain_options(request);
  options.deadline = std::min(options.deadline, base::SteadyClock::now() + patience);
  // Three calls at a time: the client's leaving cancels none of them, their deadline is near.
  options.cancellation = nullptr;
  return options;
}

bool is_role(const cluster::v1::Node& node, cluster::v1::Role role) { return node.role() == role; }

bool can_read(const GetTopologyResponse& topology) {
  return std::ranges::any_of(topology.nodes(), [](const auto& node) {
    return is_role(node, cluster::v1::ROLE_PRIMARY) || is_role(node, cluster::v1::ROLE_STANDBY);
  });
}

bool all_well(const GetTopologyResponse& topology) {
  const auto& nodes = topology.nodes();
  return std::ranges::any_of(nodes, [](const auto& node) { return is_role(node, cluster::v1::ROLE_PRIMARY) && !node.read_only(); }) &&
         std::ranges::none_of(nodes, [](const auto& node) { return is_role(node, cluster::v1::ROLE_UNREACHABLE); });
}

template <class T>
void append_service(std::string& out, std::string_view name, const base::Result<T>& answer) {
  out.append("\"").append(name).append("\":{\"status\":");
  json::append_string(out, answer.has_value() ? "ok" : "down");
  if (answer.has_error()) {
    out += ",\"detail\":";
    json::append_string(out, answer.error().message);
  }
  out += '}';
}

void append_flink(std::string& out, const analytics::v1::GetEngineStatusResponse& status) {
  out += ",\"flink\":{\"status\":";
  json::append_string(out, status.flink());
  if (!status.flink_detail().empty()) {
    out += ",\"detail\":";
    json::append_string(out, status.flink_detail());
  }
  out += ",\"job_name\":";
  json::append_string(out, status.job_name());
  if (!status.flink_version().empty()) {
    out += ",\"version\":";
    json::append_string(out, status.flink_version());
  }
  out += ",\"live\":{\"state\":";
  json::append_string(out, status.live_state());
  if (!status.live_detail().empty()) {
    out += ",\"detail\":";
    json::append_string(out, status.live_detail());
  }
  if (!status.live_job_id().empty()) {
    out += ",\"job_id\":";
    json::append_string(out, status.live_job_id());
  }
  out += "}}";
}

Response json_answer(unsigned status) {
  Response response;
  response.status = status;
  response.type = "application/json";
  response.header("Cache-Control", "no-store");
  return response;
}

}  // namespace

Health::Answer Health::all(Request& request) {
  const backend::CallOptions options = quick_options(request);
  auto records_call = client_.records_topology(options);
  auto analytics_call = client_.analytics_topology(options);
  auto engine_call = client_.engine_status(options);
  const auto [records, analytics, engine] = co_await (std::move(records_call) && std::move(analytics_call) && std::move(engine_call));

  const bool usable = records.has_value() && can_read(*records);
  const bool well = usable && all_well(*records) && analytics.has_value() && engine.has_value() && engine->flink() != "down" && !draining_;
  Response response = json_answer(usable ? 200 : 503);
  if (!usable) response.header("Retry-After", "1");
  std::string& out = response.body;
  out += "{\"status\":";
  json::append_string(out, well ? "ok" : usable ? "degraded" : "down");
  out += ",\"version\":\"" RECORDS_VERSION "\",\"services\":{";
  append_service(out, "records", records);
  out += ',';
  append_service(out, "analytics", analytics);
  out += '}';
  if (records.has_value()) {
    out += ",\"cluster\":";
    json::append_topology(out, *records);
  }
  if (engine.has_value()) append_flink(out, *engine);
  out += "}\n";
  co_return response;
}

Health::Answer Health::live(Request&) {
  Response response = json_answer(200);
  response.body = "{\"status\":\"ok\"}\n";
  co_return response;
}

Health::Answer Health::ready(Request& request) {
  if (draining_) co_return http::problem(request, 503, "This gateway is going down.");
  const auto records = co_await client_.records_topology(quick_options(request));
  if (records.has_error()) co_return http::problem(request, 503, "The records service does not answer: " + records.error().message);
  if (!can_read(*records)) co_return http::problem(request, 503, "No database node answers.");
  Response response = json_answer(200);
  response.body = "{\"status\":\"ready\"}\n";
  co_return response;
}

Health::Answer Health::topology(Request& request) {
  const auto records = co_await client_.records_topology(quick_options(request));
  if (records.has_error()) co_return http::problem(request, records.error());
  Response response = json_answer(200);
  json::append_topology(response.body, *records);
  response.body += '\n';
  co_return response;
}

}  // namespace routes
