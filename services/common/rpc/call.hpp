// The bridge from gRPC's callback threads to a service's event loop: each handler is a coroutine on the loop that reads top to bottom.
// Used by every service implementation.
#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "rpc/status.hpp"
#include "rpc/trace.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

namespace rpc {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// A call without a deadline of its own gets this one.
inline constexpr auto default_timeout = std::chrono::seconds(30);

/// The caller's deadline on the steady clock.
inline base::Deadline deadline_of(const grpc::ServerContextBase& context, std::chrono::milliseconds otherwise = default_timeout) {
  const auto deadline = context.deadline();
  const auto now = std::chrono::system_clock::now();
  if (deadline - now > std::chrono::hours(24 * 365)) return base::SteadyClock::now() + otherwise;
  return base::SteadyClock::now() + std::chrono::duration_cast<base::SteadyClock::duration>(deadline - now);
}

/// A metadata value of the request; empty where there is none.
inline std::string metadata(const grpc::ServerContextBase& context, const char* key) {
  const auto& all = context.client_metadata();
  const auto found = all.find(key);
  return found == all.end() ? std::string() : std::string(found->second.data(), found->second.size());
}

/// What went wrong inside a handler without being an Error: a fault of ours, logged, INTERNAL to the caller.
inline base::Result<void> outcome_of(const std::exception_ptr& thrown, base::Result<void> result) {
  if (!thrown) return result;
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return base::internal(exception.what());
  } catch (...) {
    return base::internal("unknown exception");
  }
}

/// What only the operator should read goes to the log here, with the trace that the caller knows the call by.
inline void log_failure(const base::Error& error, std::string_view traceparent) {
  if (error.detail.empty()) return;
  const auto level = error.code == base::Code::internal ? base::log::Level::error : base::log::Level::debug;
  if (!base::log::enabled(level)) return;
  base::log::write(level, "call failed",
                   {{"code", base::name(error.code)},
                    {"message", error.message},
                    {"detail", error.detail},
                    {"trace_id", continue_trace(traceparent).trace_id}});
}

/// The status for the caller; what is not for the caller is logged.
inline grpc::Status finish(const grpc::ServerContextBase& context, const base::Result<void>& outcome) {
  if (outcome.has_value()) return grpc::Status::OK;
  log_failure(outcome.error(), metadata(context, "traceparent"));
  return to_grpc(outcome.error());
}

/// Runs `work() -> Awaitable<Result<void>>` on the loop and finishes the call with its outcome.
template <class Work>
grpc::ServerUnaryReactor* unary(grpc::CallbackServerContext* context, const boost::asio::any_io_executor& loop, Work work) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  boost::asio::co_spawn(loop, std::move(work), [context, reactor](std::exception_ptr thrown, base::Result<void> result) {
    reactor->Finish(finish(*context, outcome_of(thrown, std::move(result))));
  });
  return reactor;
}

/// Signals of gRPC's threads, awaited on the loop.
using Signal = boost::asio::experimental::concurrent_channel<void(boost::system::error_code, bool)>;

/// The writing side of a call that answers with a stream: one message at a time, so a slow reader slows the writer and memory stays flat.
template <class Response>
class StreamWriter final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit StreamWriter(boost::asio::any_io_executor loop) : done_(loop, 1) {}

  /// False when the caller has gone: stop.
  Awaitable<bool> write(Response message) {
    message_ = std::move(message);
    this->StartWrite(&message_);
    boost::system::error_code error;
    const bool ok = co_await done_.async_receive(boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_return ok && !error && !cancelled();
  }

  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  void OnWriteDone(bool ok) override { done_.try_send(boost::system::error_code{}, ok); }
  void OnCancel() override { cancelled_.store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }

  Signal done_;
  Response message_;
  std::atomic<bool> cancelled_{false};
};

/// Runs `work(StreamWriter&) -> Awaitable<Result<void>>` on the loop.
template <class Response, class Work>
grpc::ServerWriteReactor<Response>* write_stream(grpc::CallbackServerContext* context, const boost::asio::any_io_executor& loop,
                                                 Work work) {
  auto* const writer = new StreamWriter<Response>(loop);
  boost::asio::co_spawn(
      loop, [writer, work = std::move(work)]() mutable -> Awaitable<base::Result<void>> { co_return co_await work(*writer); },
      [context, writer](std::exception_ptr thrown, base::Result<void> result) {
        writer->Finish(finish(*context, outcome_of(thrown, std::move(result))));
      });
  return writer;
}

/// The reading side of a call that is a stream of requests. It takes the messages as bytes (a method marked WithRawCallbackMethod_…),
/// because gRPC reports a message that it cannot parse as the stream's end, and half a stream must not pass for a whole one.
template <class Request>
class StreamReader final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  explicit StreamReader(boost::asio::any_io_executor loop) : read_(loop, 1), sent_(loop, 1) {}

  /// The next message, valid until the next call; null at the end. INVALID_ARGUMENT for what is no such message.
  Awaitable<base::Result<Request*>> read() {
    this->StartRead(&bytes_);
    const bool more = co_await next(read_);
    if (!more) co_return nullptr;
    message_.Clear();
    if (!grpc::SerializationTraits<Request>::Deserialize(&bytes_, &message_).ok()) co_return unreadable();
    co_return &message_;
  }

  /// After the end: whether the caller has said that it is the end. False: it has gone, and what was read is not the whole. Reading ends
  /// the same way in both cases and OnCancel may come later, but a caller that has gone can no longer be sent anything.
  Awaitable<bool> complete() {
    this->StartSendInitialMetadata();
    const bool sent = co_await next(sent_);
    co_return sent && !cancelled_.load(std::memory_order_relaxed);
  }

 private:
  static base::Error unreadable() { return {.code = base::Code::invalid_argument, .message = "a message of the stream cannot be read"}; }

  static Awaitable<bool> next(Signal& signal) {
    boost::system::error_code error;
    const bool ok = co_await signal.async_receive(boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_return ok && !error;
  }

  void OnReadDone(bool ok) override { read_.try_send(boost::system::error_code{}, ok); }
  void OnSendInitialMetadataDone(bool ok) override { sent_.try_send(boost::system::error_code{}, ok); }
  void OnCancel() override { cancelled_.store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }

  Signal read_, sent_;
  grpc::ByteBuffer bytes_;
  Request message_;
  std::atomic<bool> cancelled_{false};
};

/// Runs `work(StreamReader&, Response&) -> Awaitable<Result<void>>` on the loop and puts the response into `answer`.
template <class Request, class Response, class Work>
grpc::ServerReadReactor<grpc::ByteBuffer>* read_stream(grpc::CallbackServerContext* context, const boost::asio::any_io_executor& loop,
                                                       grpc::ByteBuffer* answer, Work work) {
  auto* const reader = new StreamReader<Request>(loop);
  boost::asio::co_spawn(
      loop,
      [reader, answer, work = std::move(work)]() mutable -> Awaitable<base::Result<void>> {
        Response response;
        base::Result<void> outcome = co_await work(*reader, response);
        bool own_buffer = false;
        if (outcome.has_value() && !grpc::SerializationTraits<Response>::Serialize(response, answer, &own_buffer).ok())
          co_return base::internal("the answer cannot be written");
        co_return outcome;
      },
      [context, reader](std::exception_ptr thrown, base::Result<void> result) {
        reader->Finish(finish(*context, outcome_of(thrown, std::move(result))));
      });
  return reader;
}

}  // namespace rpc
