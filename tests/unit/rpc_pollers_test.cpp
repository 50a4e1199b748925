// Fewer of gRPC's threads poll.
#include "rpc/pollers.hpp"
#include "rpc/server.hpp"

#include "support/catch.hpp"

#include <grpc/health/v1/health.grpc.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <future>

namespace health = grpc::health::v1;

TEST_CASE("calls are answered while but one thread polls, and all ends") {
  for (const int keep : {1, 100}) {
    const rpc::Pollers pollers(keep);
    const rpc::Server server({.listen = {"127.0.0.1", 0}}, {});
    const auto stub =
        health::Health::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(server.port()), grpc::InsecureChannelCredentials()));
    for (int i = 0; i < 100; ++i) {
      grpc::ClientContext context;
      const health::HealthCheckRequest request;
      health::HealthCheckResponse response;
      std::promise<grpc::Status> answered;
      stub->async()->Check(&context, &request, &response, [&answered](const grpc::Status& status) { answered.set_value(status); });
      REQUIRE(answered.get_future().get().ok());
      CHECK(response.status() == health::HealthCheckResponse::SERVING);
    }
  }
}
