#include "rpc/status.hpp"

#include "support/catch.hpp"

namespace {

void check_same(const base::Error& sent, const base::Error& got) {
  CHECK(got.code == sent.code);
  CHECK(got.message == sent.message);
  CHECK(got.fields == sent.fields);
  CHECK(got.reason == sent.reason);
  CHECK(got.retry_after == sent.retry_after);
}

std::vector<base::Error> samples() {
  base::Error reused = base::invalid("idempotency_key", "was used before");
  reused.reason = base::reason::idempotency_key_reused;
  base::Error slow = base::overloaded("too many");
  slow.retry_after = std::chrono::milliseconds(2500);
  return {base::invalid({{"title", "must not be blank"}, {"owner", "中文"}}),
          base::not_found("record 42 does not exist"),
          base::version_mismatch("record 42 has version 3"),
          base::unavailable("the database is not available"),
          base::deadline_exceeded("late"),
          base::cancelled(),
          reused,
          slow};
}

}  // namespace

TEST_CASE("an error travels as a gRPC status and comes back the same") {
  for (const base::Error& error : samples()) {
    CAPTURE(error.message);
    const grpc::Status status = rpc::to_grpc(error);
    CHECK(static_cast<int>(status.error_code()) == static_cast<int>(error.code));
    CHECK(status.error_message() == error.message);
    check_same(error, rpc::from_grpc(status));
    check_same(error, rpc::from_proto(rpc::to_proto(error)));
  }
}

TEST_CASE("what is for the log does not leave the process") {
  const grpc::Status status = rpc::to_grpc(base::internal("secret detail"));
  CHECK(status.error_message() == "internal error");
  CHECK(status.error_details().find("secret") == std::string::npos);
  CHECK(rpc::from_grpc(status).detail.empty());
}

TEST_CASE("details use the published type names, so that any client reads them") {
  const auto status = rpc::to_proto(samples().at(6));
  REQUIRE(status.details_size() == 2);
  CHECK(status.details(0).type_url() == "type.googleapis.com/google.rpc.BadRequest");
  CHECK(status.details(1).type_url() == "type.googleapis.com/google.rpc.ErrorInfo");
}

TEST_CASE("a status without details, or with others' details, is understood as far as it goes") {
  const base::Error bare = rpc::from_grpc({grpc::StatusCode::UNAVAILABLE, "connection refused"});
  CHECK(bare.code == base::Code::unavailable);
  CHECK(bare.message == "the service does not answer");
  CHECK(bare.detail == "connection refused");
  CHECK(bare.retry_after.has_value());

  const base::Error garbled = rpc::from_grpc({grpc::StatusCode::NOT_FOUND, "gone", "\xff\xff not a message"});
  CHECK(garbled.code == base::Code::not_found);
  CHECK(garbled.message == "gone");

  google::rpc::Status odd;
  odd.set_code(99);
  CHECK(rpc::from_proto(odd).code == base::Code::unknown);
  odd.set_code(5);
  odd.add_details()->set_type_url("type.googleapis.com/somebody.Elses");
  CHECK(rpc::from_proto(odd).code == base::Code::not_found);
}
