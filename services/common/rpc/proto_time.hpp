// base::Micros <-> google.protobuf.Timestamp.
#pragma once

#include "base/time.hpp"

#include <google/protobuf/timestamp.pb.h>

namespace rpc {

inline void set_time(google::protobuf::Timestamp& out, base::Micros moment) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(moment);
  out.set_seconds(seconds.time_since_epoch().count());
  out.set_nanos(static_cast<int>((moment - seconds).count()) * 1000);
}

inline base::Micros get_time(const google::protobuf::Timestamp& moment) {
  return base::Micros(std::chrono::microseconds(moment.seconds() * 1'000'000 + moment.nanos() / 1000));
}

}  // namespace rpc
