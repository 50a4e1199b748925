#include "json/topology.hpp"

#include "json/text.hpp"
#include "rpc/proto_time.hpp"

#include <cluster/v1/cluster.pb.h>

namespace json {

namespace v1 = cluster::v1;

namespace {

template <class Number>
void append_member(std::string& out, std::string_view name, Number number) {
  out.append(",\"").append(name).append("\":");
  append_number(out, number);
}

void append_pool(std::string& out, const v1::Pool& pool) {
  out += ",\"pool\":{\"size\":";
  append_number(out, pool.size());
  append_member(out, "idle", pool.idle());
  append_member(out, "in_use", pool.in_use());
  append_member(out, "waiting", pool.waiting());
  append_member(out, "max", pool.max());
  out += '}';
}

void append_node(std::string& out, const v1::Node& node) {
  out += "{\"name\":";
  append_string(out, node.name());
  out += ",\"role\":";
  append_string(out, role_name(node));
  out += node.read_only() ? ",\"read_only\":true" : ",\"read_only\":false";
  out += ",\"lsn\":";
  append_string(out, node.lsn());
  append_member(out, "replay_lag_bytes", node.replay_lag_bytes());
  append_member(out, "replay_lag_ms", node.replay_lag_ms());
  append_member(out, "round_trip_us", node.round_trip_us());
  append_member(out, "timeline", node.timeline());
  if (node.has_pool()) append_pool(out, node.pool());
  if (!node.error().empty()) {
    out += ",\"error\":";
    append_string(out, node.error());
  }
  out += '}';
}

}  // namespace

std::string_view role_name(const v1::Node& node) {
  switch (node.role()) {
    case v1::ROLE_PRIMARY:
      return "primary";
    case v1::ROLE_STANDBY:
      return "standby";
    case v1::ROLE_UNREACHABLE:
      return "unreachable";
    default:
      return "unknown";
  }
}

void append_topology(std::string& out, const v1::GetTopologyResponse& topology) {
  out += "{\"dialect\":";
  append_string(out, topology.dialect());
  out += ",\"version\":";
  append_string(out, topology.version());
  if (topology.has_checked_at()) {
    out += ",\"checked_at\":";
    append_time(out, rpc::get_time(topology.checked_at()));
  }
  out += ",\"nodes\":[";
  for (const v1::Node& node : topology.nodes()) {
    if (&node != &topology.nodes(0)) out += ',';
    append_node(out, node);
  }
  out += "]}";
}

}  // namespace json
