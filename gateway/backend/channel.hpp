// Channels to the services, all alike: plaintext, keepalive, quick reconnects, room for large answers. Called by main.cpp and the clients.
#pragma once

#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace backend {

/// Each has a connection of its own, so that the loops do not share a lock in gRPC.
std::shared_ptr<grpc::Channel> open_channel(const std::string& address);

}  // namespace backend
