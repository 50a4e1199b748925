// The health check that a program makes of its own kind: `--probe` asks the server that listens where this one would. Called by each
// service's main, for containers and for whoever has no grpcurl at hand.
#pragma once

#include "base/config.hpp"

namespace rpc {

/// Asks the standard health service at `listen` (an address for all interfaces is asked on loopback) and answers with an exit code: ok
/// where it says SERVING, else unavailable after one line on standard error. Blocks, 3 s at most.
int probe(const base::Endpoint& listen);

}  // namespace rpc
