#include "analytics/flink/breaker.hpp"

#include <algorithm>

namespace analytics::flink {

std::optional<base::Error> Breaker::refusal(base::Deadline now) const {
  if (absent_) return absent_;
  if (failure_ && now < until_) return failure_;
  return std::nullopt;
}

void Breaker::failed(base::Error why, base::Deadline now) {
  pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
  until_ = now + pause_;
  failure_ = std::move(why);
}

void Breaker::succeeded() {
  pause_ = {};
  failure_.reset();
}

}  // namespace analytics::flink
