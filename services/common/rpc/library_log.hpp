// gRPC and Protobuf write lines of their own to standard error. From here on they come as lines of our log.
#pragma once

namespace rpc {

/// At level debug: what matters of it reaches us as a status or an exception as well. Called by Server; a program that is only a client
/// calls it at start. Twice does no harm.
void log_libraries();

}  // namespace rpc
