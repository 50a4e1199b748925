// The bridge from gRPC's callback threads to a service's event loop: each handler is a coroutine on the loop that reads top to bottom.
// Used by every service implementation.
#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "rpc/status.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <exception>
#include <memory>
#include <string>

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

/// The status for the caller; what only the operator should read goes to the log here.
inline grpc::Status finish(const base::Result<void>& outcome) {
  if (outcome.has_value()) return grpc::Status::OK;
  const base::Error& error = outcome.error();
  if (!error.detail.empty()) {
    const auto level = error.code == base::Code::internal ? base::log::Level::error : base::log::Level::debug;
    base::log::write(level, "call failed", {{"code", base::name(error.code)}, {"message", error.message}, {"detail", error.detail}});
  }
  return to_grpc(error);
}

/// Runs `work() -> Awaitable<Result<void>>` on the loop and finishes the call with its outcome.
template <class Work>
grpc::ServerUnaryReactor* unary(grpc::CallbackServerContext* context, const boost::asio::any_io_executor& loop, Work work) {
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  boost::asio::co_spawn(loop, std::move(work), [reactor](std::exception_ptr thrown, base::Result<void> result) {
    reactor->Finish(finish(outcome_of(thrown, std::move(result))));
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
grpc::ServerWriteReactor<Response>* write_stream(const boost::asio::any_io_executor& loop, Work work) {
  auto* const writer = new StreamWriter<Response>(loop);
  boost::asio::co_spawn(
      loop, [writer, work = std::move(work)]() mutable -> Awaitable<base::Result<void>> { co_return co_await work(*writer); },
      [writer](std::exception_ptr thrown, base::Result<void> result) { writer->Finish(finish(outcome_of(thrown, std::move(result)))); });
  return writer;
}

/// The reading side of a call that is a stream of requests.
template <class Request>
class StreamReader final : public grpc::ServerReadReactor<Request> {
 public:
  explicit StreamReader(boost::asio::any_io_executor loop) : done_(loop, 1) {}

  /// The next message; null at the end. Valid until the next call.
  Awaitable<Request*> read() {
    message_.Clear();
    this->StartRead(&message_);
    boost::system::error_code error;
    const bool ok = co_await done_.async_receive(boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_return ok && !error ? &message_ : nullptr;
  }

  /// True when the caller went before it had sent everything: what was read is not the whole.
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }

 private:
  void OnReadDone(bool ok) override { done_.try_send(boost::system::error_code{}, ok); }
  void OnCancel() override { cancelled_.store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }

  Signal done_;
  Request message_;
  std::atomic<bool> cancelled_{false};
};

/// Runs `work(StreamReader&) -> Awaitable<Result<void>>` on the loop.
template <class Request, class Work>
grpc::ServerReadReactor<Request>* read_stream(const boost::asio::any_io_executor& loop, Work work) {
  auto* const reader = new StreamReader<Request>(loop);
  boost::asio::co_spawn(
      loop, [reader, work = std::move(work)]() mutable -> Awaitable<base::Result<void>> { co_return co_await work(*reader); },
      [reader](std::exception_ptr thrown, base::Result<void> result) { reader->Finish(finish(outcome_of(thrown, std::move(result)))); });
  return reader;
}

}  // namespace rpc
