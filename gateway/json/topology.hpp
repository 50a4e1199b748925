// The database cluster as JSON. Called by routes/health.
#pragma once

#include <string>
#include <string_view>

namespace cluster::v1 {
class GetTopologyResponse;
class Node;
}  // namespace cluster::v1

namespace json {

/// "primary", "standby", "unreachable" or "unknown".
std::string_view role_name(const cluster::v1::Node& node);

/// {"dialect":…,"version":…,"checked_at":…,"nodes":[…]}
void append_topology(std::string& out, const cluster::v1::GetTopologyResponse& topology);

}  // namespace json
