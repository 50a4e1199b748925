// The health check of a gateway by a gateway: `--probe`, for containers, which have no curl. Called by main only.
#pragma once

#include "base/config.hpp"

namespace gateway {

/// Asks GET /health/ready of the gateway at `listen` (an address for all interfaces is asked on loopback) and answers with an exit code: ok
/// where it says 200, else unavailable after one line on standard error. Blocks, 3 s at most.
int probe(const base::Endpoint& listen);

}  // namespace gateway
