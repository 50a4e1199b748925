#include "rpc/probe.hpp"

#include "rpc/library_log.hpp"

#include <grpc/health/v1/health.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <iostream>

namespace rpc {
namespace {

constexpr auto patience = std::chrono::seconds(3);

int not_serving(const std::string& address, const std::string& why) {
  std::cerr << address << ": " << why << "\n";
  return base::exit_code::unavailable;
}

}  // namespace

int probe(const base::Endpoint& listen) {
  namespace health = grpc::health::v1;
  log_libraries();
  const std::string address = base::reachable(listen).text();
  const auto stub = health::Health::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  health::HealthCheckResponse response;
  const grpc::Status status = stub->Check(&context, {}, &response);
  if (!status.ok()) return not_serving(address, status.error_message());
  if (response.status() != health::HealthCheckResponse::SERVING)
    return not_serving(address, health::HealthCheckResponse::ServingStatus_Name(response.status()));
  return base::exit_code::ok;
}

}  // namespace rpc
