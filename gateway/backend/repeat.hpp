// Reads are made again when their connection breaks: the service has been killed, or has stopped in that moment. Included by the clients'
// .cpp files only.
#pragma once

#include "backend/grpc_calls.hpp"

#include <functional>
#include <utility>

namespace backend {

/// In a row, without a message between.
inline constexpr int most_repeats = 3;

/// Whether the call, having ended with `reply`, may be made again: its connection broke (a reason would be the service's own word, so it
/// is there), it waits for its service, and there is still somebody and time to wait.
template <class Message>
bool may_repeat(const base::Result<Message>& reply, const CallOptions& options, int repeats, base::Deadline by) {
  const bool broken = reply.has_error() && reply.error().code == base::Code::unavailable && reply.error().reason.empty();
  return broken && repeats < most_repeats && options.waits_for && !options.waits_for->is_lost() && base::SteadyClock::now() < by &&
         !(options.cancellation && options.cancellation->cancelled());
}

/// Until when a stream of answers may begin anew.
enum class Anew {
  always,                ///< each message tells all
  before_first_message,  ///< the messages are parts of one answer
};

/// A stream of answers that is opened anew when it breaks. Loop thread only.
template <class Message>
class Repeated final : public Incoming<Message> {
 public:
  using Open = std::function<IncomingPtr<Message>()>;

  Repeated(Open open, const CallOptions& options, Anew anew) : open_(std::move(open)), options_(options), anew_(anew), stream_(open_()) {}

  Reply<const Message*> next(base::Deadline by) override {
    for (int repeats = 0;; ++repeats) {
      auto message = co_await stream_->next(by);
      const bool too_late = began_ && anew_ == Anew::before_first_message;
      if (too_late || !may_repeat(message, options_, repeats, by)) {
        began_ = true;
        co_return message;
      }
      stream_ = open_();
    }
  }

 private:
  const Open open_;
  const CallOptions options_;
  const Anew anew_;
  IncomingPtr<Message> stream_;
  bool began_ = false;
};

/// `start(context, request, reactor)` begins the call.
template <class Message, class Request, class Start>
IncomingPtr<Message> repeated(loop::Loop& loop, const CallOptions& options, const std::string& token, const Request& request, Anew anew,
                              Start start) {
  auto open = [&loop, options, token, request, start] {
    return read_stream<Message>(loop, options, token,
                                [&](grpc::ClientContext* context, auto* reactor) { start(context, &request, reactor); });
  };
  return std::make_unique<Repeated<Message>>(std::move(open), options, anew);
}

/// A unary call, as `unary` makes it. `request` and `options` must outlive it.
template <class Response, class Request, class Start>
Reply<Response> repeated_unary(loop::Loop& loop, const Request& request, const CallOptions& options, Start start) {
  const auto by = options.deadline == base::Deadline{} ? base::Deadline::max() : options.deadline;
  for (int repeats = 0;; ++repeats) {
    auto reply = co_await unary<Response>(loop, request, options, start);
    if (!may_repeat(reply, options, repeats, by)) co_return reply;
  }
}

}  // namespace backend
