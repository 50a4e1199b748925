// How far this gateway has seen the database move on: the latest of any answer's consistency token, so that every client reads what any
// client of this gateway has written. One instance for all loops; thread-safe.
#pragma once

#include "base/position.hpp"

#include <mutex>
#include <string_view>

namespace backend {

class Position {
 public:
  /// The token of a write.
  void see(std::string_view token);
  /// The token of a read that asked for `asked`: its timeline is gone (the cluster was made anew), this is how far the database has got.
  void give_up(const base::Position& asked, std::string_view token);
  /// What holds for what this gateway has seen and for `client`.
  base::Position latest(const base::Position& client) const;

 private:
  mutable std::mutex mutex_;  ///< held for a few instructions
  base::Position latest_;
  base::Position earlier_;  ///< seen since on an earlier timeline than that
};

}  // namespace backend
