// Whether Flink is worth asking now: pure, told what happened and when. Used by FlinkEngine.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <optional>

namespace analytics::flink {

/// Not thread-safe.
class Breaker {
 public:
  /// How long after a failed job nobody asks again; doubles with each failure in a row.
  static constexpr std::chrono::milliseconds first_pause{1000}, longest_pause{30'000};

  /// Why not to ask now; nothing: ask.
  std::optional<base::Error> refusal(base::Deadline now) const;

  /// What the regular look at Flink has found: it is not there, and why; it is there.
  void absent(base::Error why) { absent_ = std::move(why); }
  void present() { absent_.reset(); }

  /// What has come of a job. A failure keeps callers away for a while, though Flink seems to be there; then one may try.
  void failed(base::Error why, base::Deadline now);
  void succeeded();

 private:
  std::optional<base::Error> absent_;
  std::optional<base::Error> failure_;
  std::chrono::milliseconds pause_{0};
  base::Deadline until_{};
};

}  // namespace analytics::flink
