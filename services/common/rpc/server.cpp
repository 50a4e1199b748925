#include "rpc/server.hpp"

#include "rpc/library_log.hpp"

#include <grpc/health/v1/health.pb.h>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <stdexcept>
#include <thread>

namespace rpc {
namespace {

/// How long callers that watch the health service have to go elsewhere. gRPC takes a call that arrives while it shuts down as far as the
/// connection, and drops it there: for its caller it looks as if it had been cut off at work.
constexpr std::chrono::milliseconds time_to_leave{100};

}  // namespace

Server::Server(const ServerOptions& options, const std::vector<grpc::Service*>& services) {
  log_libraries();
  grpc::EnableDefaultHealthCheckService(true);
  static const bool reflection = [] {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // Nobody else refers to the health protocol's descriptor: without this the linker leaves it out, and reflection cannot show it.
    google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
    return true;
  }();
  (void)reflection;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(options.max_receive_bytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);  // a second server on the port must fail, not share it
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddListeningPort(options.listen.text(), grpc::InsecureServerCredentials(), &port_);
  for (grpc::Service* service : services) builder.RegisterService(service);
  server_ = builder.BuildAndStart();
  if (!server_ || port_ == 0) throw std::runtime_error("cannot listen on " + options.listen.text() + ": is the port taken?");
  set_serving(true);
}

Server::~Server() = default;

void Server::set_serving(bool serving) { server_->GetHealthCheckService()->SetServingStatus(serving); }

void Server::drain(std::chrono::milliseconds grace) {
  set_serving(false);
  std::this_thread::sleep_for(time_to_leave);
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  server_->Wait();
}

}  // namespace rpc
