// gRPC calls awaited on a loop: unary, a stream of answers, a stream of requests. Included by the clients' .cpp files only.
#pragma once

#include "backend/call.hpp"
#include "loop/loop.hpp"
#include "loop/sleeper.hpp"
#include "rpc/status.hpp"

#include <boost/asio/post.hpp>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <memory>
#include <utility>

namespace backend {

/// Metadata and deadline as records.proto asks for them.
inline void prepare(grpc::ClientContext& context, const CallOptions& options, const std::string& token) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(options.deadline - base::SteadyClock::now());
  if (options.deadline != base::Deadline{}) context.set_deadline(std::chrono::system_clock::now() + left);
  context.set_wait_for_ready(options.waits_for != nullptr);
  if (!options.traceparent.empty()) context.AddMetadata("traceparent", options.traceparent);
  if (options.consistency == Consistency::strong) context.AddMetadata("x-consistency", "strong");
  if (options.consistency == Consistency::eventual) context.AddMetadata("x-consistency", "eventual");
  if (options.consistency == Consistency::session && !token.empty()) context.AddMetadata("x-consistency-token", token);
}

inline std::string trailing_token(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find("x-consistency-token");
  return found == trailers.end() ? std::string() : std::string(found->second.data(), found->second.size());
}

/// What a call has failed with. A service that stops may drop what has just arrived, which gRPC calls CANCELLED, too: that is nobody's
/// wish unless `by` has been cancelled.
inline base::Error failure(const grpc::Status& status, const loop::Cancellation* by) {
  base::Error error = rpc::from_grpc(status);
  const bool dropped = error.code == base::Code::cancelled && !(by && by->cancelled());
  return dropped ? base::unavailable("The service has dropped the call.", error.message) : error;
}

/// Cancels a call when the HTTP client leaves.
class CancelCall final : public loop::Cancellable {
 public:
  CancelCall(grpc::ClientContext& context, loop::Cancellation* by) : context_(context), by_(by) {
    if (by_) by_->attach(this);
  }
  ~CancelCall() {
    if (by_) by_->detach(this);
  }
  CancelCall(const CancelCall&) = delete;
  CancelCall& operator=(const CancelCall&) = delete;
  void cancel() override { context_.TryCancel(); }

  /// What the call has failed with.
  base::Error failure(const grpc::Status& status) const { return backend::failure(status, by_); }

 private:
  grpc::ClientContext& context_;
  loop::Cancellation* by_;
};

/// Gives a call up at a time, as coarse as the loop's tick, or when the service that it waits for is lost.
class TimeLimit final : loop::Ticked {
 public:
  TimeLimit(loop::Loop& loop, grpc::ClientContext& context, base::Deadline at, const ServiceWatch* service = nullptr)
      : Ticked(loop), context_(context), at_(at), service_(service) {}
  bool passed() const { return passed_; }

 private:
  void on_tick(base::SteadyClock::time_point now) override {
    if (passed_ || (now < at_ && !(service_ && service_->is_lost()))) return;
    passed_ = true;
    context_.TryCancel();
  }

  grpc::ClientContext& context_;
  const base::Deadline at_;
  const ServiceWatch* service_;
  bool passed_ = false;
};

/// `start(context, request*, response*, callback)` begins the call.
template <class Response, class Request, class Start>
boost::asio::awaitable<base::Result<Response>> unary(loop::Loop& loop, const Request& request, const CallOptions& options, Start start) {
  struct State {
    grpc::ClientContext context;
    Request request;
    Response response;
    grpc::Status status;
    loop::Sleeper answer;
  };
  const auto state = std::make_shared<State>();
  state->request = request;
  prepare(state->context, options, {});
  start(&state->context, &state->request, &state->response, [state, &loop](grpc::Status status) {
    boost::asio::post(loop.context(), [state, s = std::move(status)]() mutable {
      state->status = std::move(s);
      state->answer.wake();
    });
  });
  const CancelCall cancel(state->context, options.cancellation);
  co_await state->answer.sleep();
  if (!state->status.ok()) co_return cancel.failure(state->status);
  co_return std::move(state->response);
}

/// A stream of answers, one message at a time: the service is read no faster than `next` is called.
template <class Response>
class ReadStream final : public grpc::ClientReadReactor<Response> {
 public:
  /// `start(context, reactor)` begins the call.
  template <class Start>
  static std::shared_ptr<ReadStream> open(loop::Loop& loop, const CallOptions& options, const std::string& token, Start start) {
    std::shared_ptr<ReadStream> stream(new ReadStream(loop));
    stream->self_ = stream;
    prepare(stream->context_, options, token);
    start(&stream->context_, stream.get());
    // Reads are started from the loop: without the hold gRPC would let go of a call that has ended between two of them.
    stream->AddHold();
    stream->StartCall();
    return stream;
  }

  /// The next message, valid until the next call; null at the end: then ask `status`.
  boost::asio::awaitable<const Response*> next() {
    this->StartRead(&message_);
    co_await read_.sleep();
    if (read_ok_) co_return &message_;
    this->RemoveHold();
    co_return nullptr;
  }

  /// Gives the call up before its end has been read.
  void abandon() {
    context_.TryCancel();
    this->RemoveHold();
  }

  grpc::ClientContext& context() { return context_; }

  /// Waits for the end.
  boost::asio::awaitable<grpc::Status> status() {
    if (!ended_) co_await end_.sleep();
    co_return status_;
  }

 private:
  explicit ReadStream(loop::Loop& loop) : loop_(loop) {}

  void OnReadDone(bool ok) override {
    boost::asio::post(loop_.context(), [this, ok, self = self_] {
      read_ok_ = ok;
      read_.wake();
    });
  }
  void OnDone(const grpc::Status& status) override {
    boost::asio::post(loop_.context(), [this, status, self = std::move(self_)] {
      status_ = status;
      ended_ = true;
      end_.wake();
    });
  }

  loop::Loop& loop_;
  grpc::ClientContext context_;
  std::shared_ptr<ReadStream> self_;  ///< until OnDone
  Response message_;
  grpc::Status status_;
  loop::Sleeper read_, end_;
  bool read_ok_ = false;
  bool ended_ = false;
};

/// A stream of answers as the clients hand it out.
template <class Response>
class Reading final : public Incoming<Response> {
 public:
  Reading(loop::Loop& loop, std::shared_ptr<ReadStream<Response>> stream, const CallOptions& options)
      : loop_(loop), stream_(std::move(stream)), cancel_(stream_->context(), options.cancellation), waits_for_(options.waits_for) {}
  ~Reading() override {
    if (!ended_) stream_->abandon();
  }

  boost::asio::awaitable<base::Result<const Response*>> next(base::Deadline by) override {
    const TimeLimit limit(loop_, stream_->context(), by, began_ ? nullptr : waits_for_);
    if (const Response* const message = co_await stream_->next()) {
      began_ = true;
      co_return message;
    }
    ended_ = true;
    const grpc::Status status = co_await stream_->status();
    // What was waited for may not have been there at all.
    if (limit.passed() && waits_for_) co_return base::unavailable("The service does not answer.");
    if (limit.passed()) co_return base::deadline_exceeded("The service took too long to answer.");
    if (!status.ok()) co_return cancel_.failure(status);
    co_return nullptr;
  }

 private:
  loop::Loop& loop_;
  std::shared_ptr<ReadStream<Response>> stream_;
  const CancelCall cancel_;
  const ServiceWatch* const waits_for_;
  bool began_ = false;  ///< the service was there
  bool ended_ = false;
};

template <class Response, class Start>
IncomingPtr<Response> read_stream(loop::Loop& loop, const CallOptions& options, const std::string& token, Start start) {
  return std::make_unique<Reading<Response>>(loop, ReadStream<Response>::open(loop, options, token, start), options);
}

/// A stream of requests with one answer, one message at a time: the caller is held until the service has room.
template <class Request, class Response>
class WriteStream final : public grpc::ClientWriteReactor<Request> {
 public:
  template <class Start>
  static std::shared_ptr<WriteStream> open(loop::Loop& loop, const CallOptions& options, Start start) {
    std::shared_ptr<WriteStream> stream(new WriteStream(loop));
    stream->self_ = stream;
    prepare(stream->context_, options, {});
    start(&stream->context_, &stream->response_, stream.get());
    stream->AddHold();
    stream->StartCall();
    return stream;
  }

  grpc::ClientContext& context() { return context_; }

  /// False: the service has ended the call; ask `finish`. `message` is taken.
  boost::asio::awaitable<bool> write(Request& message) {
    outgoing_.Swap(&message);
    this->StartWrite(&outgoing_);
    co_await written_.sleep();
    co_return write_ok_;
  }

  /// No more requests; waits for the answer, unless `cancel` gives it up. Call exactly once, also after a failed write.
  boost::asio::awaitable<base::Result<Response>> finish(const CancelCall& cancel) {
    this->StartWritesDone();
    this->RemoveHold();
    co_await end_.sleep();
    if (!status_.ok()) co_return cancel.failure(status_);
    co_return std::move(response_);
  }

  /// Gives the call up without an answer. Instead of `finish`.
  void abandon() {
    context_.TryCancel();
    this->RemoveHold();
  }

 private:
  explicit WriteStream(loop::Loop& loop) : loop_(loop) {}

  void OnWriteDone(bool ok) override {
    boost::asio::post(loop_.context(), [this, ok, self = self_] {
      write_ok_ = ok;
      written_.wake();
    });
  }
  void OnDone(const grpc::Status& status) override {
    boost::asio::post(loop_.context(), [this, status, self = std::move(self_)] {
      status_ = status;
      end_.wake();
    });
  }

  loop::Loop& loop_;
  grpc::ClientContext context_;
  std::shared_ptr<WriteStream> self_;  ///< until OnDone
  Request outgoing_;
  Response response_;
  grpc::Status status_;
  loop::Sleeper written_, end_;
  bool write_ok_ = false;
};

}  // namespace backend
