// Fewer threads that poll for gRPC: version 1.51 (Debian 12) has half as many as the machine has processors, at least two, and whichever
// gets an event wakes another to poll on before it reads. A program whose work is done on few loops of its own gains nothing by that.
#pragma once

#include <deque>
#include <future>
#include <latch>
#include <memory>

namespace grpc {
class Channel;
}

namespace rpc {

/// While it is there `keep` threads poll, and the others sleep in a callback. With another version of gRPC, whose threads nobody has
/// counted, it does nothing. Made before the channels and servers, and outlives them.
class Pollers {
 public:
  explicit Pollers(int keep);
  ~Pollers();
  Pollers(const Pollers&) = delete;
  Pollers& operator=(const Pollers&) = delete;

 private:
  struct Sleeper;

  int sleepers_;
  std::latch awake_;
  std::promise<void> end_;
  std::shared_future<void> ended_;
  std::shared_ptr<grpc::Channel> channel_;
  std::deque<Sleeper> calls_;
};

}  // namespace rpc
