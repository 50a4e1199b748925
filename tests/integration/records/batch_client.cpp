#include "batch_client.hpp"

#include "rpc/status.hpp"
#include "support/catch.hpp"

void BatchClient::keep(std::map<std::uint64_t, v1::Reply>& replies, v1::ExecuteResponse& message) {
  for (v1::Reply& reply : *message.mutable_replies()) {
    const std::uint64_t id = reply.id();
    if (!replies.emplace(id, std::move(reply)).second) FAIL("call " << id << " was answered twice");
  }
}

std::map<std::uint64_t, v1::Reply> BatchClient::take(std::size_t count) {
  std::map<std::uint64_t, v1::Reply> replies;
  for (v1::ExecuteResponse message; replies.size() < count;) {
    if (!stream_->Read(&message))
      FAIL("the stream ended after " << replies.size() << " of " << count << " answers: " << close().error_message());
    keep(replies, message);
  }
  REQUIRE(replies.size() == count);
  return replies;
}

v1::Reply BatchClient::ask(const v1::ExecuteRequest& message) {
  REQUIRE(send(message));
  return take(1).begin()->second;
}

grpc::Status BatchClient::close(std::map<std::uint64_t, v1::Reply>* rest) {
  std::map<std::uint64_t, v1::Reply> replies;
  stream_->WritesDone();
  for (v1::ExecuteResponse message; stream_->Read(&message);) keep(replies, message);
  ended_ = true;
  if (rest) *rest = std::move(replies);
  return stream_->Finish();
}

grpc::Status BatchClient::cancel() {
  context_.TryCancel();
  for (v1::ExecuteResponse message; stream_->Read(&message);) {
  }
  ended_ = true;
  return stream_->Finish();
}

v1::Call& add_call(v1::ExecuteRequest& message, std::uint64_t id) {
  v1::Call& call = *message.add_calls();
  call.set_id(id);
  return call;
}

v1::Call& add_get(v1::ExecuteRequest& message, std::uint64_t id, std::int64_t record) {
  v1::Call& call = add_call(message, id);
  call.mutable_get()->set_id(record);
  return call;
}

v1::Call& add_create(v1::ExecuteRequest& message, std::uint64_t id, const v1::NewRecord& record, const std::string& key) {
  v1::Call& call = add_call(message, id);
  *call.mutable_create()->mutable_record() = record;
  call.mutable_create()->set_idempotency_key(key);
  return call;
}

v1::Call& add_title(v1::ExecuteRequest& message, std::uint64_t id, std::int64_t record, const std::string& title,
                    std::int64_t expected_version) {
  v1::Call& call = add_call(message, id);
  call.mutable_update()->set_id(record);
  call.mutable_update()->set_title(title);
  if (expected_version != 0) call.mutable_update()->add_expected_versions(expected_version);
  return call;
}

v1::Call& add_delete(v1::ExecuteRequest& message, std::uint64_t id, std::int64_t record) {
  v1::Call& call = add_call(message, id);
  call.mutable_delete_()->set_id(record);
  return call;
}

v1::Call& add_list(v1::ExecuteRequest& message, std::uint64_t id, const v1::ListRequest& request) {
  v1::Call& call = add_call(message, id);
  *call.mutable_list() = request;
  return call;
}

base::Error error_in(const v1::Reply& reply) {
  REQUIRE(reply.has_error());
  return rpc::from_proto(reply.error());
}
