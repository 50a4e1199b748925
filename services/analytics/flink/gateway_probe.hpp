// Asks a Flink SQL Gateway whether it is there (GET /v1/info). Used by FlinkEngine.
#pragma once

#include "analytics/counts_source.hpp"

#include <string>

namespace analytics::flink {

/// The gateway's version. UNAVAILABLE with one line that names the address and the reason: refused, no answer in time, not a gateway.
Awaitable<base::Result<std::string>> gateway_version(std::string url, base::Deadline deadline);

/// What is wrong with the text as an http:// address; empty: nothing.
std::string url_problem(const std::string& url);

}  // namespace analytics::flink
