// How far this gateway has seen the database move on: the latest of any answer's consistency token, so that every client reads what any
// client of this gateway has written. One instance for all loops; thread-safe.
#pragma once

#include "base/position.hpp"

#include <atomic>
#include <string_view>

namespace backend {

class Position {
 public:
  /// A token that came from a service.
  void see(std::string_view token);
  /// What holds for what this gateway has seen and for `client`.
  base::Position latest(const base::Position& client) const;

 private:
  std::atomic<std::uint64_t> lsn_{0};
  std::atomic<std::int32_t> timeline_{0};
};

}  // namespace backend
