// What every client of a gRPC server counts on: health, reflection, bounds, an orderly end.
#include "batch_client.hpp"

#include "rpc/status.hpp"
#include "support/catch.hpp"

#include <google/protobuf/empty.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>

#include <future>

using google::protobuf::Empty;
using google::protobuf::UnknownFieldSet;
using Stub = v1::RecordsService::Stub;

namespace {

/// A call whose messages are known by their field numbers only: the published protos of health and reflection come with no header.
grpc::Status call(Deployment& deployment, const std::string& method, const Empty& request, Empty& response) {
  Context context;
  grpc::TemplatedGenericStub<Empty, Empty> stub(deployment.channel());
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, method, {}, &request, &response, [&](grpc::Status status) { done.set_value(std::move(status)); });
  return done.get_future().get();
}

UnknownFieldSet& fields(Empty& message) { return *message.GetReflection()->MutableUnknownFields(&message); }

/// grpc.health.v1: request.service = 1; response.status = 1, where 1 is SERVING.
std::uint64_t health(Deployment& deployment, const std::string& service) {
  Empty request, response;
  fields(request).AddLengthDelimited(1, service);
  REQUIRE(call(deployment, "/grpc.health.v1.Health/Check", request, response).ok());
  REQUIRE(fields(response).field_count() == 1);
  return fields(response).field(0).varint();
}

/// Waits until calls that begin now are refused.
void wait_until_refused(Deployment& deployment) {
  wait_for("new calls refused", [&] {
    v1::GetRequest request;
    request.set_id(-1);
    return deployment.call(&Stub::Get, request).status.error_code() == grpc::StatusCode::UNAVAILABLE;
  });
}

}  // namespace

TEST_CASE("the health service says SERVING") {
  Deployment deployment;
  CHECK(health(deployment, "") == 1);
  Empty request, response;
  fields(request).AddLengthDelimited(1, "nobody.v1.Nothing");
  CHECK(call(deployment, "/grpc.health.v1.Health/Check", request, response).error_code() == grpc::StatusCode::NOT_FOUND);
}

TEST_CASE("reflection lists the services and describes them") {
  Deployment deployment;
  Empty list, described, answer;
  fields(list).AddLengthDelimited(7, "*");  // grpc.reflection.v1alpha: list_services
  REQUIRE(call(deployment, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list, answer).ok());
  const std::string services = answer.SerializeAsString();
  for (const char* const service :
       {"records.v1.RecordsService", "cluster.v1.ClusterService", "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"})
    CHECK(services.find(service) != std::string::npos);
  fields(described).AddLengthDelimited(4, "records.v1.RecordsService");  // file_containing_symbol
  REQUIRE(call(deployment, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", described, answer).ok());
  CHECK(answer.SerializeAsString().find("ExecuteRequest") != std::string::npos);
}

TEST_CASE("a message beyond the bound is refused, and the client goes on") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  v1::BatchCreateRequest request;
  *request.add_requests()->mutable_record() = draft(owner, "t", v1::STATUS_ACTIVE, repeat("x", 17 * 1024 * 1024));
  CHECK(deployment.call(&Stub::BatchCreate, request).status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  BatchClient client(deployment);
  v1::ExecuteRequest message;
  *message.add_calls()->mutable_create()->mutable_record() = request.requests(0).record();
  client.send(message);
  CHECK(client.close().error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  Context context;
  v1::ImportResponse response;
  const auto import = deployment.stub().Import(&context, &response);
  v1::ImportRequest rows;
  rows.set_mode(v1::IMPORT_MODE_ATOMIC);
  *rows.add_rows()->mutable_record() = draft(owner);
  import->Write(rows);
  *rows.add_rows()->mutable_record() = request.requests(0).record();
  import->Write(rows);
  import->WritesDone();
  CHECK(import->Finish().error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  deployment.create(owner);
  CHECK(deployment.stored(owner) == 1);
}

TEST_CASE("a draining server ends what runs and takes nothing new") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  deployment.close_gate();
  auto running = std::async(std::launch::async, [&] { return deployment.create(owner); });
  deployment.wait_at_gate(1);
  auto drained = std::async(std::launch::async, [&] { deployment.drain(2 * patience); });
  wait_until_refused(deployment);
  CHECK(drained.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  deployment.open_gate();
  CHECK(running.get().owner() == owner);
  drained.get();
  CHECK(deployment.stored(owner) == 1);
}

TEST_CASE("an open stream does not hold a draining server: its calls are answered, then it ends") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  deployment.close_gate();
  BatchClient busy(deployment), idle(deployment);
  CHECK(idle.ask(one(add_get, 1, -1)).id() == 1);
  REQUIRE(busy.send(one(add_create, 1, draft(owner), "")));
  deployment.wait_at_gate(1);
  auto drained = std::async(std::launch::async, [&] { deployment.drain(2 * patience); });
  v1::ExecuteResponse none;
  CHECK_FALSE(idle.read(none));
  const grpc::Status end = idle.close();
  CHECK(end.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(read_error(end).retry_after.has_value());
  deployment.open_gate();
  CHECK(busy.take(1).at(1).has_create());
  CHECK_FALSE(busy.read(none));
  CHECK(busy.close().error_code() == grpc::StatusCode::UNAVAILABLE);
  drained.get();
}

TEST_CASE("what outlasts the grace of a drain is cut off for its caller") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  deployment.close_gate();
  auto running = std::async(std::launch::async, [&] {
    Context context;
    v1::CreateRequest request;
    *request.mutable_record() = draft(owner);
    v1::CreateResponse response;
    return deployment.stub().Create(&context, request, &response);
  });
  deployment.wait_at_gate(1);
  auto drained = std::async(std::launch::async, [&] { deployment.drain(std::chrono::milliseconds(1)); });
  const auto code = running.get().error_code();
  CHECK((code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::CANCELLED));
  deployment.open_gate();
  drained.get();
}
