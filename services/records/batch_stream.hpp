// The batched stream between a gateway and this service: the calls of one message are worked on together (all gets by one statement, all
// creations by one), the answers that are ready go back together. Opened by the service for each Execute call.
#pragma once

#include "records/calls.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <records/v1/records.grpc.pb.h>

#include <atomic>
#include <memory>
#include <vector>

namespace records {

/// Lives until gRPC and the last item of work have let go of it. Its state is touched on the loop only.
class BatchStream final : public grpc::ServerBidiReactor<v1::ExecuteRequest, v1::ExecuteResponse> {
 public:
  static BatchStream* open(boost::asio::any_io_executor loop, Calls& calls);

 private:
  BatchStream(boost::asio::any_io_executor loop, Calls& calls) : loop_(std::move(loop)), calls_(calls) {}

  /// Calls of one message that go to the database as one.
  struct Group {
    CallOptions options;
    std::vector<const v1::Call*> calls;
  };
  using Message = std::shared_ptr<v1::ExecuteRequest>;

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone() override;

  void take(const Message& message);
  void read_next();
  void flush();
  void close_when_idle();
  template <class Response>
  void answer(std::uint64_t id, Replied<Response> reply);
  v1::Reply& next_reply(std::uint64_t id);

  Awaitable<void> run_gets(Message message, Group group);
  Awaitable<void> run_creations(Message message, Group group);
  Awaitable<void> run_one(Message message, const v1::Call& call, CallOptions options);
  template <class Work>
  void spawn(int items, Work work);

  boost::asio::any_io_executor loop_;
  Calls& calls_;
  std::shared_ptr<BatchStream> self_;  ///< until OnDone
  v1::ExecuteRequest incoming_;
  v1::ExecuteResponse gathered_;  ///< ready, waiting for the line
  v1::ExecuteResponse outgoing_;  ///< on the line
  int in_work_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool input_ended_ = false;
  bool finished_ = false;
};

}  // namespace records
