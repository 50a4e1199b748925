// Whether a service is there, as its gRPC channel sees it, and for how long it has not been: short absences (a restart) are waited out,
// long ones are answered at once. Also keeps the channel connecting while nobody calls. Made by main.cpp, one a loop and service; asked by
// the clients. Loop thread only.
#pragma once

#include "loop/loop.hpp"

#include <chrono>
#include <memory>

namespace grpc {
class Channel;
}

namespace backend {

class ServiceWatch final : private loop::Ticked {
 public:
  /// `patience`: how long an absence is waited out.
  ServiceWatch(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel, std::chrono::milliseconds patience);

  bool is_down() const { return down_since_ != base::SteadyClock::time_point{}; }
  /// Gone for longer than the patience.
  bool is_lost() const;

 private:
  void on_tick(base::SteadyClock::time_point now) override;

  const std::shared_ptr<grpc::Channel> channel_;
  const std::chrono::milliseconds patience_;
  base::SteadyClock::time_point down_since_;  ///< epoch: it is there
};

}  // namespace backend
