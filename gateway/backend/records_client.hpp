// The records service as one loop sees it: single calls travel as items of a batched stream (records.v1.RecordsService/Execute).
//
// Self-clocked batching: what the loop's present turn asks for goes together, in one message; it waits while more calls are under way than
// wait, so that messages grow with the load and nothing waits when there is none. Of each kind only so many are under way as keep the
// service busy; what is beyond waits here, where the clients have their turns. One batch of answers wakes the loop once.
//
// Lists that ask the same and wait together are sent once, and one answer is for all of them.
//
// Losing a stream loses nothing: it is opened again and what was under way on it is sent again. Reads may be repeated; every write has a
// name, its client's idempotency key or its place in the message that carried it first, so that the service answers a repeated one with the
// first answer. With several instances of the service there are as many streams, which take turns; gRPC's round robin spreads them over
// the healthy instances, and each is replaced after a while, so that an instance that comes back gets its share.
//
// Made by main.cpp, one a loop; used by the routes on that loop only.
#pragma once

#include "backend/call.hpp"
#include "backend/fair_queue.hpp"
#include "backend/position.hpp"
#include "backend/service_watch.hpp"
#include "loop/counters.hpp"
#include "loop/loop.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace grpc {
class Channel;
}
namespace records::v1 {
class Call;
class Reply;
class ExecuteRequest;
class ExecuteResponse;
}  // namespace records::v1

namespace backend {

/// An answer within the batch it came in; shares the batch's memory.
using RecordsReply = std::shared_ptr<const records::v1::Reply>;

class RecordsClient final : private loop::Ticked {
 public:
  struct Settings {
    std::size_t streams = 1;
  };

  RecordsClient(loop::Loop& loop, loop::Counters& counters, Position& position, std::shared_ptr<grpc::Channel> channel,
                const ServiceWatch& service, const Settings& settings);
  ~RecordsClient() override;

  /// `call` holds the request; id, timeout, token and trace are filled in here.
  /// Errors: what the service answered; UNAVAILABLE (no service within patience or deadline),
  /// DEADLINE_EXCEEDED, CANCELLED.
  Reply<RecordsReply> execute(records::v1::Call& call, const CallOptions& options);

  /// For streaming calls on the same service.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  Position& position() { return position_; }
  loop::Loop& home() { return loop_; }

 private:
  struct Pending;
  class Stream;
  friend class Stream;
  enum Kind : std::uint8_t { get, create, list, change };
  struct Line {
    std::size_t most_under_way;
    FairQueue<Pending*> waiting{};
    std::size_t under_way = 0;
    base::SteadyClock::time_point moved{};  ///< latest sending or answer
  };

  void on_tick(base::SteadyClock::time_point now) override;
  void enlist(Pending& pending);
  bool join(Pending& pending);
  bool close_list(Pending& pending);
  void hand_over(Pending& pending);
  void flush_soon();
  void flush();
  bool is_time(base::SteadyClock::time_point now) const;
  void take(const std::shared_ptr<records::v1::ExecuteResponse>& batch);
  void release(Pending& pending);
  void finish(Pending& pending, base::Error error);
  Stream* free_stream(base::SteadyClock::time_point now, records::v1::ExecuteRequest*& message);
  void fill(Stream& stream, records::v1::ExecuteRequest& message, base::SteadyClock::time_point now);
  void name_write(Pending& pending, int place);
  std::string name_of(std::uint64_t message) const;
  void on_stream_end(Stream& stream, const std::string& why);
  void replace_old_streams(base::SteadyClock::time_point now);

  loop::Loop& loop_;
  loop::Counters& counters_;
  Position& position_;
  std::shared_ptr<grpc::Channel> channel_;
  const ServiceWatch& service_;
  const Settings settings_;
  const std::string name_;  ///< begins those of our messages

  std::vector<Pending*> slots_;  ///< by the low half of a call's id
  std::vector<std::uint32_t> free_slots_;
  std::unordered_map<std::string_view, Pending*> unsent_lists_;  ///< by what they ask
  std::size_t in_flight_ = 0;
  std::uint32_t generation_ = 0;
  std::uint64_t messages_ = 0;  ///< sent so far; the number of the latest
  // Changes wait for a primary when there is none: in a line of their own they keep nobody.
  Line lines_[4]{{1024}, {1024}, {128}, {512}};
  std::vector<std::shared_ptr<Stream>> streams_;   ///< empty places are opened when they are wanted
  std::vector<std::shared_ptr<Stream>> retiring_;  ///< still answering
  std::size_t turn_ = 0;
  bool flush_posted_ = false;
  base::SteadyClock::time_point sent_{};
  base::SteadyClock::time_point reopen_{};  ///< not before this
  std::chrono::milliseconds back_off_{0};
};

}  // namespace backend
