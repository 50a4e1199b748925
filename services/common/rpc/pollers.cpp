#include "rpc/pollers.hpp"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/version_info.h>

#include <unistd.h>

#include <algorithm>

namespace rpc {
namespace {

/// As many as gRPC has of them (completion_queue_cc.cc).
int pollers_of_grpc() {
  if constexpr (GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR == 51)
    return std::clamp(static_cast<int>(sysconf(_SC_NPROCESSORS_CONF)) / 2, 2, 16);
  else return 0;
}

}  // namespace

/// A call that fails at once; what it does when it has failed is to sleep.
struct Pollers::Sleeper {
  grpc::ClientContext context;
  grpc::Slice nothing{"", 0};
  grpc::ByteBuffer request{&nothing, 1}, response;
};

Pollers::Pollers(int keep)
    : sleepers_(std::max(0, pollers_of_grpc() - std::max(1, keep))),
      awake_(sleepers_),
      ended_(end_.get_future()),
      channel_(grpc::CreateChannel("", nullptr)) {
  grpc::GenericStub stub(channel_);
  for (int i = 0; i < sleepers_; ++i) {
    Sleeper& call = calls_.emplace_back();
    stub.UnaryCall(&call.context, "/none/None", {}, &call.request, &call.response, [this](const grpc::Status&) {
      ended_.wait();
      awake_.count_down();
    });
  }
}

Pollers::~Pollers() {
  end_.set_value();
  awake_.wait();
}

}  // namespace rpc
