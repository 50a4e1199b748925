// base::Error <-> gRPC, the only place. Used by the services (to answer) and by the gateway (to understand an answer).
#pragma once

#include "base/error.hpp"

#include <google/rpc/status.pb.h>
#include <grpcpp/support/status.h>

namespace rpc {

/// With BadRequest, ErrorInfo and RetryInfo in the `grpc-status-details-bin` trailer. `detail` is not sent.
grpc::Status to_grpc(const base::Error& error);

/// Reads the details back. Call only with a status that is not OK.
base::Error from_grpc(const grpc::Status& status);

/// The same for an item of a batched stream.
google::rpc::Status to_proto(const base::Error& error);
base::Error from_proto(const google::rpc::Status& status);

}  // namespace rpc
