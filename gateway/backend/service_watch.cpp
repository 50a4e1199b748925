#include "backend/service_watch.hpp"

#include <grpcpp/channel.h>

namespace backend {

ServiceWatch::ServiceWatch(loop::Loop& loop, std::shared_ptr<grpc::Channel> channel, std::chrono::milliseconds patience)
    : Ticked(loop), channel_(std::move(channel)), patience_(patience), down_since_(base::SteadyClock::now()) {
  channel_->GetState(true);
}

// One that has just come back is found by asking, not at the next tick.
bool ServiceWatch::is_lost() const {
  return is_down() && base::SteadyClock::now() - down_since_ >= patience_ && channel_->GetState(true) != GRPC_CHANNEL_READY;
}

void ServiceWatch::on_tick(base::SteadyClock::time_point now) {
  if (channel_->GetState(true) == GRPC_CHANNEL_READY) down_since_ = {};
  else if (!is_down()) down_since_ = now;
}

}  // namespace backend
