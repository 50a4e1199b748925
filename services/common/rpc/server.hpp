// A gRPC server as both services run it: health service, reflection, bounds, drain. Called by each main.
#pragma once

#include "base/config.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace rpc {

struct ServerOptions {
  base::Endpoint listen;
  int max_receive_bytes = 16 * 1024 * 1024;
  int max_concurrent_streams = 1024;  ///< a connection
};

/// Thread-safe.
class Server {
 public:
  /// Starts at once. Throws std::runtime_error with one clear line when the address cannot be had. The services must outlive this.
  Server(const ServerOptions& options, const std::vector<grpc::Service*>& services);
  ~Server();

  int port() const { return port_; }

  /// What the health service answers.
  void set_serving(bool serving);

  /// Health says NOT_SERVING; a moment later, in which callers that watch it leave, no new calls are taken, and running ones have `grace`
  /// to end; what is left is cancelled. Blocks.
  void drain(std::chrono::milliseconds grace);

 private:
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace rpc
