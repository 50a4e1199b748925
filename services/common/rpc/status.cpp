#include "rpc/status.hpp"

#include <utility>

namespace rpc {

google::rpc::Status to_proto(const base::Error& error) {
  google::rpc::Status status;
  status.set_code(static_cast<int>(error.code));
  status.set_message(error.message);
  if (!error.fields.empty()) {
    google::rpc::BadRequest bad_request;
    for (const base::FieldViolation& field : error.fields) {
      auto* violation = bad_request.add_field_violations();
      violation->set_field(field.field);
      violation->set_description(field.message);
    }
    status.add_details()->PackFrom(bad_request);
  }
  if (!error.reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(error.reason);
    info.set_domain("records");
    status.add_details()->PackFrom(info);
  }
  if (error.retry_after) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(error.retry_after->count() / 1000);
    retry.mutable_retry_delay()->set_nanos(static_cast<int>(error.retry_after->count() % 1000) * 1'000'000);
    status.add_details()->PackFrom(retry);
  }
  return status;
}

base::Error from_proto(const google::rpc::Status& status) {
  base::Error error;
  error.code = status.code() >= 1 && status.code() <= 16 ? static_cast<base::Code>(status.code()) : base::Code::unknown;
  error.message = status.message();
  for (const auto& any : status.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) error.fields.push_back({violation.field(), violation.description()});
    } else if (any.UnpackTo(&info)) {
      error.reason = info.reason();
    } else if (any.UnpackTo(&retry)) {
      error.retry_after = std::chrono::milliseconds(retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000);
    }
  }
  return error;
}

grpc::Status to_grpc(const base::Error& error) {
  return {static_cast<grpc::StatusCode>(error.code), error.message, to_proto(error).SerializeAsString()};
}

base::Error from_grpc(const grpc::Status& status) {
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details()) || details.code() == 0) {
    base::Error error{.code = static_cast<base::Code>(status.error_code()), .message = status.error_message()};
    // These two are made by gRPC itself: its words are for the log.
    if (error.code == base::Code::unavailable || error.code == base::Code::deadline_exceeded) {
      const bool late = error.code == base::Code::deadline_exceeded;
      error.detail = std::exchange(error.message, late ? "the service took too long to answer" : "the service does not answer");
      if (!late) error.retry_after = std::chrono::seconds(1);
    }
    return error;
  }
  return from_proto(details);
}

}  // namespace rpc
