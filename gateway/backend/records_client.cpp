#include "backend/records_client.hpp"

#include "backend/stream.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "loop/sleeper.hpp"
#include "rpc/status.hpp"

#include <records/v1/records.pb.h>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace backend {

namespace v1 = records::v1;
namespace asio = boost::asio;

namespace {

/// The service ends a call at its deadline; a little later we do.
constexpr auto grace = std::chrono::milliseconds(250);
/// However many are under way, nothing waits longer for its turn; and kinds that have not moved for as long are waited for by none.
constexpr auto longest_wait = std::chrono::milliseconds(3);
constexpr auto longest_back_off = std::chrono::milliseconds(1000);
constexpr std::size_t most_in_message = 512;
/// With several streams each lives this long.
constexpr auto stream_age = std::chrono::seconds(20);

std::int64_t microseconds_left(base::Deadline deadline, base::SteadyClock::time_point now) {
  return std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::microseconds>(deadline - now).count());
}

}  // namespace

/// One call from its asking to its answer; lives in the asking coroutine.
struct RecordsClient::Pending final : loop::Cancellable {
  Pending(RecordsClient& records, v1::Call& item, const CallOptions& options, Kind which)
      : home(records), call(item), client(options.client), deadline(options.deadline), call_deadline(options.deadline), kind(which) {}

  void cancel() override {
    if (!settled) home.finish(*this, base::cancelled());
  }

  RecordsClient& home;
  v1::Call& call;
  std::string_view client;
  base::Deadline deadline;
  base::Deadline call_deadline;  ///< what the service is given: the latest of all that the answer is for
  base::Position position;       ///< what the answer must know of
  Kind kind;
  Stream* via = nullptr;         ///< the stream it is under way on
  std::uint64_t message = 0;     ///< that carried it first, by number; 0: none yet
  int place = 0;                 ///< in that message
  std::string question;          ///< of a list: what is the same in lists that one answer serves
  std::vector<Pending*> joined;  ///< the answer is for these too: they are not sent
  Pending* leader = nullptr;     ///< the one that this has joined
  bool settled = false;
  RecordsReply reply;
  base::Error error;
  loop::Sleeper answer;
};

RecordsClient::RecordsClient(loop::Loop& loop, loop::Counters& counters, Position& position, std::shared_ptr<grpc::Channel> channel,
                             const ServiceWatch& service, const Settings& settings)
    : Ticked(loop),
      loop_(loop),
      counters_(counters),
      position_(position),
      channel_(std::move(channel)),
      service_(service),
      settings_(settings),
      name_(base::random_name() + '-'),
      streams_(settings.streams) {}

RecordsClient::~RecordsClient() {
  for (const auto* const each : {&streams_, &retiring_})
    for (const auto& stream : *each)
      if (stream) stream->shut();
}

Reply<RecordsReply> RecordsClient::execute(v1::Call& call, const CallOptions& options) {
  if (service_.is_lost()) co_return base::unavailable("The records service does not answer.");
  call.set_traceparent(options.traceparent);
  if (options.consistency == Consistency::strong) call.set_consistency(v1::CONSISTENCY_STRONG);
  if (options.consistency == Consistency::eventual) call.set_consistency(v1::CONSISTENCY_EVENTUAL);
  Pending pending(*this, call, options, call.has_get() ? get : call.has_create() ? create : call.has_list() ? list : change);
  if (options.consistency != Consistency::eventual) pending.position = position_.latest(options.position);
  counters_.backend_calls.add();
  counters_.backend_in_flight.add();
  if (pending.kind != list || !join(pending)) enlist(pending);
  if (options.cancellation) options.cancellation->attach(&pending);
  co_await pending.answer.sleep();
  counters_.backend_in_flight.add(-1);
  if (options.cancellation) options.cancellation->detach(&pending);
  if (!pending.reply) co_return std::move(pending.error);
  if (pending.reply->has_error()) co_return rpc::from_proto(pending.reply->error());
  if (const std::string& token = pending.reply->consistency_token(); !token.empty()) {
    if (pending.kind == get || pending.kind == list) position_.give_up(pending.position, token);
    else position_.see(token);
  }
  co_return std::move(pending.reply);
}

// A call's id: its slot, and above it a number that tells a late answer to an earlier user of the slot from ours.
void RecordsClient::enlist(Pending& pending) {
  std::uint32_t slot;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.push_back(nullptr);
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot] = &pending;
  pending.call.set_id(static_cast<std::uint64_t>(++generation_) << 32 | slot);
  ++in_flight_;
  lines_[pending.kind].waiting.push_back(pending.client, &pending);
  flush_soon();
}

// A list that asks what one that has not been sent yet asks: one answer is for both. What is under way may have been read already, before
// a write that this caller knows of.
bool RecordsClient::join(Pending& pending) {
  pending.question = std::to_string(pending.call.consistency()) + '@' + std::to_string(pending.position.timeline) + '@' +
                     pending.call.list().SerializeAsString();
  const auto [found, is_first] = unsent_lists_.try_emplace(pending.question, &pending);
  if (is_first) return false;
  Pending& leader = *found->second;
  pending.leader = &leader;
  leader.joined.push_back(&pending);
  leader.position = base::later(leader.position, pending.position);
  leader.call_deadline = std::max(leader.call_deadline, pending.deadline);
  counters_.backend_joined.add();
  return true;
}

// Nobody joins it any more. False: nobody could.
bool RecordsClient::close_list(Pending& pending) {
  const auto found = unsent_lists_.find(pending.question);
  if (found == unsent_lists_.end() || found->second != &pending) return false;
  unsent_lists_.erase(found);
  return true;
}

// Its caller goes before the answer comes: the first of those that joined stands in its place.
void RecordsClient::hand_over(Pending& pending) {
  Pending& heir = *pending.joined.front();
  const bool was_open = close_list(pending);
  heir.joined.assign(pending.joined.begin() + 1, pending.joined.end());
  for (Pending* other : heir.joined) other->leader = &heir;
  heir.leader = nullptr;
  heir.call.set_id(pending.call.id());
  heir.position = pending.position;
  heir.call_deadline = pending.call_deadline;
  heir.via = pending.via;
  slots_[static_cast<std::uint32_t>(heir.call.id())] = &heir;
  if (was_open) unsent_lists_.emplace(heir.question, &heir);
  if (heir.via) return;
  auto& waiting = lines_[list].waiting;
  waiting.erase(pending.client, &pending);
  waiting.push_front(heir.client, &heir);
}

void RecordsClient::release(Pending& pending) {
  const auto slot = static_cast<std::uint32_t>(pending.call.id());
  slots_[slot] = nullptr;
  free_slots_.push_back(slot);
  --in_flight_;
  Line& line = lines_[pending.kind];
  if (pending.via) --line.under_way;
  else line.waiting.erase(pending.client, &pending);
  if (pending.kind == list) close_list(pending);
  pending.settled = true;
}

void RecordsClient::finish(Pending& pending, base::Error error) {
  if (pending.leader) {
    std::erase(pending.leader->joined, &pending);
    pending.settled = true;
  } else if (!pending.joined.empty()) {
    hand_over(pending);
    pending.settled = true;
  } else {
    if (pending.via) {
      pending.via->cancelled.push_back(pending.call.id());
      flush_soon();
    }
    release(pending);
  }
  pending.error = std::move(error);
  asio::post(loop_.context(), [&pending] { pending.answer.wake(); });
}

// At the end of this turn of the loop, so that all it asks for goes in one message.
void RecordsClient::flush_soon() {
  if (flush_posted_) return;
  flush_posted_ = true;
  asio::post(loop_.context(), [this] {
    flush_posted_ = false;
    flush();
  });
}

bool RecordsClient::is_time(base::SteadyClock::time_point now) const {
  std::size_t waiting = 0, under_way = 0;
  for (const Line& line : lines_) {
    if (line.under_way < line.most_under_way) waiting += line.waiting.size();
    if (now - line.moved <= longest_wait) under_way += line.under_way;
  }
  return waiting > 0 && (waiting >= under_way || now - sent_ > longest_wait);
}

void RecordsClient::flush() {
  const auto now = base::SteadyClock::now();
  for (const auto& stream : streams_) {
    if (!stream || stream->cancelled.empty()) continue;
    if (v1::ExecuteRequest* const message = stream->line()) fill(*stream, *message, now);
  }
  if (!is_time(now)) return;
  v1::ExecuteRequest* message = nullptr;
  if (Stream* const stream = free_stream(now, message)) fill(*stream, *message, now);
}

// The next stream that has no message on its way; opened where it is not. Null: a message's end, or a later tick, flushes again.
RecordsClient::Stream* RecordsClient::free_stream(base::SteadyClock::time_point now, v1::ExecuteRequest*& message) {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    auto& stream = streams_[(turn_ + i) % streams_.size()];
    if (!stream) {
      if (now < reopen_) continue;
      stream = Stream::open(*this);
    }
    if (!(message = stream->line())) continue;
    turn_ += i + 1;
    return stream.get();
  }
  return nullptr;
}

void RecordsClient::fill(Stream& stream, v1::ExecuteRequest& message, base::SteadyClock::time_point now) {
  message.Clear();
  ++messages_;
  sent_ = now;
  for (Line& line : lines_) {
    const auto fits = [&] {
      return line.under_way < line.most_under_way && static_cast<std::size_t>(message.calls_size()) < most_in_message;
    };
    while (!line.waiting.empty() && fits()) {
      Pending& pending = *line.waiting.pop();
      pending.call.set_timeout_us(microseconds_left(pending.call_deadline, now));
      if (pending.position) pending.call.set_consistency_token(base::token_text(pending.position));
      if (pending.kind == list) close_list(pending);
      name_write(pending, message.calls_size());
      message.mutable_calls()->UnsafeArenaAddAllocated(&pending.call);
      pending.via = &stream;
      ++line.under_way;
      line.moved = now;
    }
  }
  message.set_name(name_of(messages_));
  for (const std::uint64_t id : std::exchange(stream.cancelled, {})) message.add_cancelled_ids(id);
  if (message.calls_size() > 0) counters_.batch_size.observe(message.calls_size());
  stream.send();
  // Written out by now; the calls are their askers'.
  while (message.calls_size() > 0) message.mutable_calls()->UnsafeArenaReleaseLast();
}

std::string RecordsClient::name_of(std::uint64_t message) const { return name_ + std::to_string(message); }

// A write is known by the message that carries it first and its place there; sent again, it says so.
void RecordsClient::name_write(Pending& pending, int place) {
  if (pending.kind != create && pending.kind != change) return;
  if (pending.message == 0) {
    pending.message = messages_;
    pending.place = place;
    return;
  }
  v1::WriteName& name = *pending.call.mutable_sent_before();
  name.set_message(name_of(pending.message));
  name.set_place(static_cast<std::uint32_t>(pending.place));
}

// All answers of one message: settle first, then wake, because a woken coroutine asks again.
void RecordsClient::take(const std::shared_ptr<v1::ExecuteResponse>& batch) {
  std::vector<Pending*> settled;
  settled.reserve(static_cast<std::size_t>(batch->replies_size()));
  const auto now = base::SteadyClock::now();
  for (const v1::Reply& reply : batch->replies()) {
    const auto slot = static_cast<std::uint32_t>(reply.id());
    Pending* const pending = slot < slots_.size() ? slots_[slot] : nullptr;
    if (!pending || pending->call.id() != reply.id() || !pending->via) continue;
    release(*pending);
    lines_[pending->kind].moved = now;
    pending->reply = RecordsReply(batch, &reply);
    settled.push_back(pending);
    for (Pending* other : pending->joined) {
      other->reply = pending->reply;
      other->settled = true;
      settled.push_back(other);
    }
  }
  back_off_ = {};
  for (Pending* pending : settled) pending->answer.wake();
  if (std::ranges::any_of(lines_, [](const Line& line) { return !line.waiting.empty(); })) flush_soon();
}

void RecordsClient::on_stream_end(Stream& ended, const std::string& why) {
  const auto is_it = [&](const std::shared_ptr<Stream>& stream) { return stream.get() == &ended; };
  const bool expected = std::erase_if(retiring_, is_it) > 0;
  for (Line& line : lines_) {
    std::vector<Pending*> again;
    for (Pending* pending : slots_)
      if (pending && pending->via == &ended && &lines_[pending->kind] == &line) again.push_back(pending);
    // In the order they were asked: the last goes to the front first.
    std::ranges::sort(again, std::greater(), [](const Pending* pending) { return pending->call.id() >> 32; });
    for (Pending* pending : again) {
      pending->via = nullptr;
      line.waiting.push_front(pending->client, pending);
    }
    line.under_way -= again.size();
    counters_.backend_retries.add(static_cast<std::int64_t>(again.size()));
  }
  if (!expected) {
    const auto now = base::SteadyClock::now();
    for (auto& stream : streams_)
      if (is_it(stream)) stream.reset();
    counters_.backend_breaks.add();
    base::log::warn("the stream to the records service ended", {{"detail", why}, {"in_flight", in_flight_}});
    reopen_ = now + back_off_;
    back_off_ = std::min(longest_back_off, std::max(std::chrono::milliseconds(50), back_off_ * 2));
  }
  flush_soon();
}

void RecordsClient::replace_old_streams(base::SteadyClock::time_point now) {
  if (streams_.size() == 1) return;
  for (auto& stream : streams_) {
    if (!stream || now - stream->opened < stream_age) continue;
    retiring_.push_back(std::move(stream));
    retiring_.back()->retire();
    return;  // one a tick
  }
}

void RecordsClient::on_tick(base::SteadyClock::time_point now) {
  if (in_flight_ > 0) {
    const bool lost = service_.is_lost();
    const auto no_service = [] { return base::unavailable("The records service does not answer."); };
    const auto look = [&](Pending& pending, bool sent) {
      // The service ends a call at its deadline; what it has not even got is ended here.
      if (lost || (service_.is_down() && !sent && now > pending.deadline)) finish(pending, no_service());
      else if (now > pending.deadline + grace) finish(pending, base::deadline_exceeded("The records service took too long to answer."));
    };
    for (Pending* pending : slots_) {
      if (!pending) continue;
      // Those that joined first: a list that ends hands the rest over.
      for (Pending* other : std::vector(pending->joined)) look(*other, pending->via != nullptr);
      look(*pending, pending->via != nullptr);
    }
  }
  replace_old_streams(now);
  flush();
}

}  // namespace backend
