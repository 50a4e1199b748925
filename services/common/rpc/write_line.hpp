// A stream's one write under way. gRPC's thread learns when it has ended; the loop is only woken for it when something waits.
#pragma once

#include <atomic>

namespace rpc {

class WriteLine {
 public:
  /// Loop: nothing is being written. Where it is not so, end() will say that somebody waits.
  bool is_free() {
    int expected = busy;
    return !state_.compare_exchange_strong(expected, busy_and_wanted) && expected == free;
  }
  /// Loop: a write begins.
  void begin() { state_.store(busy); }
  /// gRPC's thread: it has ended. True: the loop waits to hear so.
  bool end() { return state_.exchange(free) == busy_and_wanted; }

 private:
  enum State { free, busy, busy_and_wanted };
  std::atomic<int> state_{free};
};

}  // namespace rpc
