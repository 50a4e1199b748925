// The batched stream between a gateway and this service: the calls of one message are begun in one turn, so that those of a kind meet in
// one statement (gather/one_turn), and the answers that are ready go back together. Opened by the service for each Execute call.
#pragma once

#include "records/calls.hpp"
#include "rpc/write_line.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <records/v1/records.grpc.pb.h>

#include <atomic>
#include <deque>
#include <memory>
#include <unordered_set>
#include <vector>

namespace records {

class BatchStream;

/// The open streams of a service. Touched on its loop only.
class BatchStreams {
 public:
  /// Each stream ends as soon as the calls that it has taken are answered; so does each that is opened from now on.
  void drain();

 private:
  friend class BatchStream;
  std::unordered_set<BatchStream*> open_;
  bool draining_ = false;
};

/// Lives until gRPC and the last item of work have let go of it. Its state is touched on the loop only.
class BatchStream final : public grpc::ServerBidiReactor<v1::ExecuteRequest, v1::ExecuteResponse>,
                          public std::enable_shared_from_this<BatchStream> {
 public:
  /// `calls` and `streams` must outlive the loop's run.
  static BatchStream* open(boost::asio::any_io_executor loop, Calls& calls, BatchStreams& streams);

 private:
  friend class BatchStreams;

  /// The calls of one message, and which of them nobody waits for any more.
  struct Batch {
    v1::ExecuteRequest message;
    std::unordered_set<std::uint64_t> cancelled;
  };
  using BatchPtr = std::shared_ptr<Batch>;

  /// Answers that go back as one message.
  struct Parcel {
    std::unique_ptr<v1::ExecuteResponse> message;
    std::size_t bytes = 0;  ///< of text
  };

  BatchStream(boost::asio::any_io_executor loop, Calls& calls, BatchStreams& streams)
      : loop_(std::move(loop)), calls_(calls), streams_(streams) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void begin();
  void drain();
  void read_on();
  void take(const BatchPtr& batch);
  void cancel(const v1::ExecuteRequest& message);
  void flush();
  void drop_unsent();
  void close_when_idle();
  bool is_full() const;
  /// Nothing is being written, and what was is done with. Where something is, flush() follows when it has gone.
  bool line();
  template <class Response>
  void answer(const BatchPtr& batch, const v1::Call& call, Replied<Response> replied);
  v1::Reply& next_reply(std::uint64_t id);

  void begin(const BatchPtr& batch, const v1::Call& call, WriteName name, CallOptions options);
  /// What answers this call, as gather::OneTurn wants to be told.
  template <class Response>
  auto answering(const BatchPtr& batch, const v1::Call& call);
  template <class Response>
  void await(const BatchPtr& batch, const v1::Call& call, Awaitable<Replied<Response>> work);
  void settle();

  boost::asio::any_io_executor loop_;
  Calls& calls_;
  BatchStreams& streams_;
  std::shared_ptr<BatchStream> self_;  ///< until OnDone
  v1::ExecuteRequest incoming_;
  std::vector<std::weak_ptr<Batch>> batches_;      ///< in work
  std::deque<Parcel> ready_;                       ///< waiting for the line; the last is still filled
  std::unique_ptr<v1::ExecuteResponse> outgoing_;  ///< on the line
  std::unique_ptr<v1::ExecuteResponse> spare_;     ///< empty, with the memory of an earlier one
  int in_work_ = 0;
  int unsent_ = 0;                ///< answers ready or on the line
  std::size_t unsent_bytes_ = 0;  ///< their text, without what is on the line
  rpc::WriteLine writing_;
  bool reading_ = false;
  bool settling_ = false;  ///< the answers of this turn go at its end
  bool caller_done_ = false;
  std::atomic<bool> caller_gone_ = false;  ///< without having been answered
  bool draining_ = false;
  bool finished_ = false;
};

}  // namespace records
