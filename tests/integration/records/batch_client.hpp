// The client's end of an Execute stream, and short words for the calls in it.
#pragma once

#include "deployment.hpp"

/// Not thread-safe, but one thread may send while another reads.
class BatchClient {
 public:
  explicit BatchClient(Deployment& deployment) : stream_(deployment.stub().Execute(&context_)) {}
  ~BatchClient() {
    if (ended_) return;
    cancel();
  }
  BatchClient(const BatchClient&) = delete;
  BatchClient& operator=(const BatchClient&) = delete;

  bool send(const v1::ExecuteRequest& message) { return stream_->Write(message); }
  /// The next message of answers; false at the end.
  bool read(v1::ExecuteResponse& message) { return stream_->Read(&message); }
  /// So many further answers by id, each once. Fails the test where they do not come.
  std::map<std::uint64_t, v1::Reply> take(std::size_t count);
  /// The answer to a message with one call.
  v1::Reply ask(const v1::ExecuteRequest& message);
  /// No more calls: waits for the end; what answers come until then go to `rest`.
  grpc::Status close(std::map<std::uint64_t, v1::Reply>* rest = nullptr);
  /// The caller goes.
  grpc::Status cancel();

 private:
  static void keep(std::map<std::uint64_t, v1::Reply>& replies, v1::ExecuteResponse& message);

  Context context_{2 * patience};
  std::unique_ptr<grpc::ClientReaderWriter<v1::ExecuteRequest, v1::ExecuteResponse>> stream_;
  bool ended_ = false;
};

/// A call added to a message.
v1::Call& add_call(v1::ExecuteRequest& message, std::uint64_t id);
v1::Call& add_get(v1::ExecuteRequest& message, std::uint64_t id, std::int64_t record);
v1::Call& add_create(v1::ExecuteRequest& message, std::uint64_t id, const v1::NewRecord& record, const std::string& key = {});
v1::Call& add_title(v1::ExecuteRequest& message, std::uint64_t id, std::int64_t record, const std::string& title,
                    std::int64_t expected_version = 0);
v1::Call& add_delete(v1::ExecuteRequest& message, std::uint64_t id, std::int64_t record);
v1::Call& add_list(v1::ExecuteRequest& message, std::uint64_t id, const v1::ListRequest& request);

/// A message with the one call.
template <class... Arguments>
v1::ExecuteRequest one(v1::Call& (*add)(v1::ExecuteRequest&, std::uint64_t, Arguments...), std::uint64_t id,
                       std::type_identity_t<Arguments>... arguments) {
  v1::ExecuteRequest message;
  add(message, id, arguments...);
  return message;
}

/// Fails the test where the reply is no error.
base::Error error_in(const v1::Reply& reply);
