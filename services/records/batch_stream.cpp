#include "records/batch_stream.hpp"

#include "rpc/call.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>

namespace records {
namespace asio = boost::asio;

namespace {

/// Above this many items in work the stream is not read further: gRPC's flow control then slows the sender.
constexpr int most_in_work = 8192;

base::Result<CallOptions> options_of(const v1::Call& call) {
  const base::Result<Position> position = position_of(call.consistency_token());
  if (position.has_error()) return position.error();
  const auto timeout = call.timeout_us() > 0 ? std::chrono::microseconds(call.timeout_us())
                                             : std::chrono::duration_cast<std::chrono::microseconds>(rpc::default_timeout);
  CallOptions options{base::SteadyClock::now() + timeout, *position, Consistency::session};
  if (call.consistency() == v1::CONSISTENCY_STRONG) options.consistency = Consistency::strong;
  if (call.consistency() == v1::CONSISTENCY_EVENTUAL) options.consistency = Consistency::eventual;
  return options;
}

}  // namespace

BatchStream* BatchStream::open(asio::any_io_executor loop, Calls& calls) {
  auto* const stream = new BatchStream(std::move(loop), calls);
  stream->self_.reset(stream);
  stream->read_next();
  return stream;
}

void BatchStream::read_next() {
  reading_ = true;
  StartRead(&incoming_);
}

void BatchStream::OnReadDone(bool ok) {
  asio::post(loop_, [this, ok, self = self_] {
    reading_ = false;
    if (!ok) {
      input_ended_ = true;
      return close_when_idle();
    }
    auto message = std::make_shared<v1::ExecuteRequest>();
    message->Swap(&incoming_);
    if (in_work_ + message->calls_size() < most_in_work) read_next();
    take(message);
  });
}

void BatchStream::OnWriteDone(bool ok) {
  asio::post(loop_, [this, ok, self = self_] {
    writing_ = false;
    outgoing_.Clear();
    if (!ok) gathered_.Clear();
    flush();
    close_when_idle();
  });
}

// Called when gRPC is through with the stream; the loop may still hold work that points here.
void BatchStream::OnDone() {
  asio::post(loop_, [self = std::move(self_)] {});
}

void BatchStream::close_when_idle() {
  if (finished_ || !input_ended_ || in_work_ > 0 || writing_) return;
  finished_ = true;
  Finish(grpc::Status::OK);
}

v1::Reply& BatchStream::next_reply(std::uint64_t id) {
  v1::Reply& reply = *gathered_.add_replies();
  reply.set_id(id);
  return reply;
}

template <class Response>
void BatchStream::answer(std::uint64_t id, Replied<Response> replied) {
  v1::Reply& reply = next_reply(id);
  if (replied.has_error()) {
    rpc::log_failure(replied.error(), {});
    *reply.mutable_error() = rpc::to_proto(replied.error());
    return;
  }
  if (replied->position != 0) reply.set_consistency_token(token_of(replied->position));
  reply.set_served_by(std::move(replied->served_by));
  if constexpr (std::is_same_v<Response, v1::GetResponse>) *reply.mutable_get() = std::move(replied->response);
  else if constexpr (std::is_same_v<Response, v1::ListResponse>) *reply.mutable_list() = std::move(replied->response);
  else if constexpr (std::is_same_v<Response, v1::CreateResponse>) *reply.mutable_create() = std::move(replied->response);
  else if constexpr (std::is_same_v<Response, v1::UpdateResponse>) *reply.mutable_update() = std::move(replied->response);
  else *reply.mutable_delete_() = std::move(replied->response);
}

void BatchStream::flush() {
  if (writing_ || finished_ || gathered_.replies().empty()) return;
  writing_ = true;
  outgoing_.Swap(&gathered_);
  StartWrite(&outgoing_);
}

template <class Work>
void BatchStream::spawn(int items, Work work) {
  in_work_ += items;
  asio::co_spawn(loop_, std::move(work), [this, items, self = self_](std::exception_ptr thrown) {
    if (thrown) base::log::error("a batch failed", {{"detail", rpc::outcome_of(thrown, {}).error().detail}});
    in_work_ -= items;
    flush();
    if (!reading_ && !input_ended_ && in_work_ < most_in_work) read_next();
    close_when_idle();
  });
}

void BatchStream::take(const Message& message) {
  std::vector<Group> gets, creations;
  // Items that may share a statement: the strictest position and the longest deadline of the group hold for all of them.
  const auto gather = [](std::vector<Group>& groups, const v1::Call& call, const CallOptions& options) {
    auto group = std::ranges::find_if(groups, [&](const Group& g) { return g.options.consistency == options.consistency && g.calls.size() < limits::batch; });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{options, {}});
    group->options.position = std::max(group->options.position, options.position);
    group->options.deadline = std::max(group->options.deadline, options.deadline);
    group->calls.push_back(&call);
  };
  for (const v1::Call& call : message->calls()) {
    const base::Result<CallOptions> options = options_of(call);
    if (options.has_error()) {
      *next_reply(call.id()).mutable_error() = rpc::to_proto(options.error());
    } else if (call.has_get()) {
      gather(gets, call, *options);
    } else if (call.has_create()) {
      gather(creations, call, *options);
    } else {
      spawn(1, [this, message, &call, o = *options] { return run_one(message, call, o); });
    }
  }
  for (Group& group : gets) {
    const int items = static_cast<int>(group.calls.size());
    spawn(items, [this, message, group = std::move(group)]() mutable { return run_gets(message, std::move(group)); });
  }
  for (Group& group : creations) {
    const int items = static_cast<int>(group.calls.size());
    spawn(items, [this, message, group = std::move(group)]() mutable { return run_creations(message, std::move(group)); });
  }
  flush();
}

Awaitable<void> BatchStream::run_gets(Message, Group group) {
  std::vector<std::int64_t> ids;
  ids.reserve(group.calls.size());
  for (const v1::Call* call : group.calls) ids.push_back(call->get().id());
  auto outcomes = co_await calls_.get(std::move(ids), group.options);
  for (std::size_t i = 0; i < outcomes.size(); ++i) answer(group.calls[i]->id(), std::move(outcomes[i]));
}

Awaitable<void> BatchStream::run_creations(Message, Group group) {
  std::vector<const v1::CreateRequest*> requests;
  requests.reserve(group.calls.size());
  for (const v1::Call* call : group.calls) requests.push_back(&call->create());
  auto outcomes = co_await calls_.create(std::move(requests), group.options);
  for (std::size_t i = 0; i < outcomes.size(); ++i) answer(group.calls[i]->id(), std::move(outcomes[i]));
}

Awaitable<void> BatchStream::run_one(Message, const v1::Call& call, CallOptions options) {
  switch (call.request_case()) {
    case v1::Call::kList: answer(call.id(), co_await calls_.list(call.list(), options)); break;
    case v1::Call::kUpdate: answer(call.id(), co_await calls_.update(call.update(), options)); break;
    case v1::Call::kDelete: answer(call.id(), co_await calls_.remove(call.delete_(), options)); break;
    default: *next_reply(call.id()).mutable_error() = rpc::to_proto(base::invalid("request", "is empty")); break;
  }
}

}  // namespace records
