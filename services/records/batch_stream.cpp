#include "records/batch_stream.hpp"

#include "rpc/call.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace records {
namespace asio = boost::asio;

namespace {

/// With as many items in work or unsent, or as much unsent text, the stream is not read further: gRPC's flow control then slows the sender.
constexpr int most_items = 8192;
constexpr std::size_t most_unsent_bytes = 32 * 1024 * 1024;
/// A message ends where its text has reached this: clients take 4 MB by default, and the longest single answer is a page.
constexpr std::size_t bytes_a_message = 1024 * 1024;
/// Of a message.
constexpr std::size_t longest_name = 64;
/// What callers ask for beyond this is as good as for ever.
constexpr std::chrono::microseconds longest_timeout = std::chrono::hours(24);

std::chrono::microseconds timeout_of(const v1::Call& call) {
  if (call.timeout_us() == 0) return rpc::default_timeout;
  return std::clamp(std::chrono::microseconds(call.timeout_us()), std::chrono::microseconds(0), longest_timeout);
}

base::Result<CallOptions> options_of(const v1::ExecuteRequest& message, const v1::Call& call) {
  if (message.name().size() > longest_name) return base::invalid("name", "must have at most 64 characters");
  if (call.sent_before().message().size() > longest_name) return base::invalid("sent_before.message", "must have at most 64 characters");
  const base::Result<Position> position = position_of(call.consistency_token());
  if (position.has_error()) return position.error();
  CallOptions options{base::SteadyClock::now() + timeout_of(call), *position, Consistency::session};
  switch (call.consistency()) {
    case v1::CONSISTENCY_UNSPECIFIED:
      break;
    case v1::CONSISTENCY_STRONG:
      options.consistency = Consistency::strong;
      break;
    case v1::CONSISTENCY_EVENTUAL:
      options.consistency = Consistency::eventual;
      break;
    default:
      return base::invalid("consistency", "must be strong or eventual");
  }
  return options;
}

WriteName name_of(const v1::ExecuteRequest& message, int place) {
  const v1::Call& call = message.calls(place);
  if (call.has_sent_before()) return {call.sent_before().message(), call.sent_before().place()};
  return {message.name(), static_cast<std::uint32_t>(place)};
}

std::size_t text_in(const v1::Record& record) { return record.title().size() + record.owner().size() + record.description().size(); }

template <class Response>
std::size_t text_in(const Response& response) {
  if constexpr (requires { response.record(); }) {
    return text_in(response.record());
  } else if constexpr (requires { response.items(); }) {
    std::size_t bytes = 0;
    for (const v1::Record& record : response.items()) bytes += text_in(record);
    return bytes;
  } else {
    return 0;
  }
}

void put(v1::Reply& reply, v1::GetResponse&& response) { *reply.mutable_get() = std::move(response); }
void put(v1::Reply& reply, v1::ListResponse&& response) { *reply.mutable_list() = std::move(response); }
void put(v1::Reply& reply, v1::CreateResponse&& response) { *reply.mutable_create() = std::move(response); }
void put(v1::Reply& reply, v1::UpdateResponse&& response) { *reply.mutable_update() = std::move(response); }
void put(v1::Reply& reply, v1::DeleteResponse&& response) { *reply.mutable_delete_() = std::move(response); }

}  // namespace

void BatchStreams::drain() {
  draining_ = true;
  for (BatchStream* const stream : open_) stream->drain();
}

BatchStream* BatchStream::open(asio::any_io_executor loop, Calls& calls, BatchStreams& streams) {
  auto* const stream = new BatchStream(std::move(loop), calls, streams);
  stream->self_.reset(stream);  // from here on shared
  asio::post(stream->loop_, [stream, self = stream->self_] { stream->begin(); });
  return stream;
}

void BatchStream::begin() {
  streams_.open_.insert(this);
  if (streams_.draining_) drain();
  else read_on();
}

// What gRPC has read already is still taken; what it has not is the caller's to send elsewhere.
void BatchStream::drain() {
  draining_ = true;
  close_when_idle();
}

bool BatchStream::is_full() const { return in_work_ + unsent_ >= most_items || unsent_bytes_ >= most_unsent_bytes; }

void BatchStream::read_on() {
  if (reading_ || caller_done_ || draining_ || (is_full() && (!line() || is_full()))) return;
  reading_ = true;
  StartRead(&incoming_);
}

void BatchStream::OnReadDone(bool ok) {
  asio::post(loop_, [this, ok, self = self_] {
    reading_ = false;
    if (finished_) return;
    if (!ok) {
      caller_done_ = true;
      return close_when_idle();
    }
    auto batch = std::make_shared<Batch>();
    batch->message.Swap(&incoming_);
    take(batch);
    // After what was asked is on its way to the database: asking for more sends the caller a message about it.
    asio::post(loop_, [this, self] { read_on(); });
  });
}

void BatchStream::OnWriteDone(bool ok) {
  if (!writing_.end() && ok) return;
  asio::post(loop_, [this, ok, self = self_] {
    if (!ok) drop_unsent();
    flush();
    read_on();
    close_when_idle();
  });
}

bool BatchStream::line() {
  if (!writing_.is_free()) return false;
  if (outgoing_) {
    unsent_ -= outgoing_->replies_size();
    outgoing_->Clear();
    spare_ = std::move(outgoing_);
  }
  return true;
}

// What is written goes nowhere.
void BatchStream::drop_unsent() {
  for (const Parcel& parcel : std::exchange(ready_, {})) unsent_ -= parcel.message->replies_size();
  unsent_bytes_ = 0;
}

// Called when gRPC is through with the stream; the loop may still hold work that points here.
void BatchStream::OnDone() {
  asio::post(loop_, [this, self = std::move(self_)] { streams_.open_.erase(this); });
}

// Whoever still waits in it waits for answers that cannot reach him. Called on a thread of gRPC's.
void BatchStream::OnCancel() { caller_gone_ = true; }

void BatchStream::close_when_idle() {
  if (finished_ || !(caller_done_ || draining_) || in_work_ > 0) return;
  flush();
  if (!line()) return;
  finished_ = true;
  Finish(caller_done_ ? grpc::Status::OK : rpc::to_grpc(base::unavailable("the service is stopping")));
}

v1::Reply& BatchStream::next_reply(std::uint64_t id) {
  if (ready_.empty() || ready_.back().bytes >= bytes_a_message)
    ready_.push_back({spare_ ? std::move(spare_) : std::make_unique<v1::ExecuteResponse>()});
  ++unsent_;
  v1::Reply& reply = *ready_.back().message->add_replies();
  reply.set_id(id);
  return reply;
}

template <class Response>
void BatchStream::answer(const BatchPtr& batch, const v1::Call& call, Replied<Response> replied) {
  if (replied.has_error()) rpc::log_failure(replied.error(), call.traceparent());
  if (batch->cancelled.contains(call.id())) return;
  v1::Reply& reply = next_reply(call.id());
  if (replied.has_error()) {
    *reply.mutable_error() = rpc::to_proto(replied.error());
    return;
  }
  if (replied->position) reply.set_consistency_token(token_of(replied->position));
  reply.set_served_by(std::move(replied->served_by));
  const std::size_t bytes = text_in(replied->response);
  ready_.back().bytes += bytes;
  unsent_bytes_ += bytes;
  put(reply, std::move(replied->response));
}

void BatchStream::flush() {
  while (!finished_ && !ready_.empty() && line()) {
    outgoing_ = std::move(ready_.front().message);
    unsent_bytes_ -= ready_.front().bytes;
    ready_.pop_front();
    writing_.begin();
    StartWrite(outgoing_.get());
  }
}

template <class Response>
auto BatchStream::answering(const BatchPtr& batch, const v1::Call& call) {
  return [this, batch, &call, self = shared_from_this()](const std::exception_ptr& thrown, std::optional<Replied<Response>> replied) {
    if (thrown) answer<Response>(batch, call, rpc::outcome_of(thrown, {}).error());
    else answer<Response>(batch, call, std::move(*replied));
    settle();
  };
}

template <class Response>
void BatchStream::await(const BatchPtr& batch, const v1::Call& call, Awaitable<Replied<Response>> work) {
  asio::co_spawn(loop_, std::move(work),
                 [done = answering<Response>(batch, call)](const std::exception_ptr& thrown, Replied<Response> replied) {
                   done(thrown, std::move(replied));
                 });
}

/// Answers that are ready in one turn go together.
void BatchStream::settle() {
  --in_work_;
  if (std::exchange(settling_, true)) return;
  asio::post(loop_, [this, self = shared_from_this()] {
    settling_ = false;
    flush();
    read_on();
    close_when_idle();
  });
}

void BatchStream::cancel(const v1::ExecuteRequest& message) {
  if (message.cancelled_ids().empty()) return;
  const std::unordered_set<std::uint64_t> ids(message.cancelled_ids().begin(), message.cancelled_ids().end());
  for (const auto& weak : batches_)
    if (const BatchPtr batch = weak.lock())
      for (const v1::Call& call : batch->message.calls())
        if (ids.contains(call.id())) batch->cancelled.insert(call.id());
}

void BatchStream::take(const BatchPtr& batch) {
  cancel(batch->message);
  std::erase_if(batches_, [](const auto& weak) { return weak.expired(); });
  batches_.push_back(batch);
  for (int place = 0; place < batch->message.calls_size(); ++place) {
    const v1::Call& call = batch->message.calls(place);
    const base::Result<CallOptions> options = options_of(batch->message, call);
    if (options.has_error()) answer<v1::GetResponse>(batch, call, options.error());
    else begin(batch, call, name_of(batch->message, place), *options);
  }
  flush();
}

void BatchStream::begin(const BatchPtr& batch, const v1::Call& call, WriteName name, CallOptions options) {
  ++in_work_;
  switch (call.request_case()) {
    case v1::Call::kGet:
      calls_.get(call.get().id(), options, answering<v1::GetResponse>(batch, call));
      break;
    case v1::Call::kCreate:
      calls_.create(call.create(), std::move(name), batch.get(), options, answering<v1::CreateResponse>(batch, call));
      break;
    case v1::Call::kList:
      options.audience.add([this, self = self_, batch, id = call.id()] { return caller_gone_ || batch->cancelled.contains(id); });
      await(batch, call, calls_.list(call.list(), std::move(options)));
      break;
    case v1::Call::kUpdate:
      await(batch, call, calls_.update(call.update(), std::move(name), std::move(options)));
      break;
    case v1::Call::kDelete:
      await(batch, call, calls_.remove(call.delete_(), std::move(name), std::move(options)));
      break;
    default:
      answer<v1::GetResponse>(batch, call, base::invalid("request", "is empty"));
      settle();
      break;
  }
}

}  // namespace records
