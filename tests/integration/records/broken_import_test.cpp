// Imports that end otherwise than by the caller's word: refused messages, unreadable ones, callers that leave.
#include "deployment.hpp"

#include "support/catch.hpp"

namespace {

v1::ImportRequest rows(const std::string& owner, int count, v1::ImportMode mode) {
  v1::ImportRequest message;
  message.set_mode(mode);
  for (int i = 0; i < count; ++i) *message.add_rows()->mutable_record() = draft(owner);
  return message;
}

/// Sends what it can of `messages` and gives the call's end.
grpc::Status import(Deployment& deployment, const std::vector<v1::ImportRequest>& messages) {
  Context context;
  v1::ImportResponse response;
  const auto writer = deployment.stub().Import(&context, &response);
  for (const auto& message : messages)
    if (!writer->Write(message)) break;
  writer->WritesDone();
  return writer->Finish();
}

}  // namespace

TEST_CASE("an unknown mode is refused before a row is kept") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  CHECK(refused_fields(import(deployment, {rows(owner, 1, static_cast<v1::ImportMode>(9))})) == std::vector<std::string>{"mode"});
  CHECK(deployment.stored(owner) == 0);
}

TEST_CASE("a message of more than a thousand rows is refused, and an atomic import with it") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto status = import(deployment, {rows(owner, 10, v1::IMPORT_MODE_ATOMIC), rows(owner, 1001, v1::IMPORT_MODE_ATOMIC)});
  CHECK(refused_fields(status) == std::vector<std::string>{"rows"});
  CHECK(deployment.stored(owner) == 0);
}

TEST_CASE("a message that cannot be read is not taken for the end") {
  for (const v1::ImportMode mode : {v1::IMPORT_MODE_PARTIAL, v1::IMPORT_MODE_ATOMIC}) {
    CAPTURE(v1::ImportMode_Name(mode));
    Deployment deployment;
    const std::string owner = deployment.make_owner();
    v1::ImportRequest unreadable = rows(owner, 1, mode);
    unreadable.mutable_rows(0)->mutable_record()->set_title("caf\xe9");
    const grpc::Status status = import(deployment, {rows(owner, 10, mode), unreadable, rows(owner, 10, mode)});
    CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    CHECK(deployment.stored(owner) == (mode == v1::IMPORT_MODE_ATOMIC ? 0 : 10));
  }
}

TEST_CASE("of an atomic import whose caller leaves before its end nothing is kept") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  for (int i = 0; i < 200; ++i) {
    Context context;
    v1::ImportResponse response;
    const auto writer = deployment.stub().Import(&context, &response);
    CHECK(writer->Write(rows(owner, 5, v1::IMPORT_MODE_ATOMIC)));
    if (i % 2 == 0) CHECK(writer->Write(rows(owner, 5, v1::IMPORT_MODE_ATOMIC)));
    context.TryCancel();
    CHECK(writer->Finish().error_code() == grpc::StatusCode::CANCELLED);
  }
  deployment.drain(patience);  // until the service is through with all of them
  CHECK(deployment.stored(owner) == 0);
}
