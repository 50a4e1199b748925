// What a call to a service has failed with, as the routes are told.
#include "backend/grpc_calls.hpp"

#include "support/catch.hpp"

namespace {

const grpc::Status cancelled(grpc::StatusCode::CANCELLED, "");

}  // namespace

TEST_CASE("a call that a stopping service drops is unavailable, so that it is made again") {
  loop::Cancellation untouched;
  CHECK(backend::failure(cancelled, nullptr).code == base::Code::unavailable);
  const base::Error error = backend::failure(cancelled, &untouched);
  CHECK(error.code == base::Code::unavailable);
  CHECK(error.reason.empty());  // a reason would be the word of a service that is there
}

TEST_CASE("a call whose client has gone is cancelled; other failures stay what they are") {
  loop::Cancellation gone;
  gone.cancel();
  CHECK(backend::failure(cancelled, &gone).code == base::Code::cancelled);
  CHECK(backend::failure(grpc::Status(grpc::StatusCode::NOT_FOUND, "x"), nullptr).code == base::Code::not_found);
}
