#include "backend/position.hpp"

namespace backend {

void Position::see(std::string_view token) {
  const auto position = base::parse_token(token);
  if (!position) return;
  const std::lock_guard lock(mutex_);
  if (position->timeline > latest_.timeline) earlier_ = {};
  else if (position->timeline < latest_.timeline) earlier_ = base::later(earlier_, *position);
  latest_ = base::later(latest_, *position);
}

// What has been written meanwhile on the timeline that there is, is in `earlier_`.
void Position::give_up(const base::Position& asked, std::string_view token) {
  const auto position = base::parse_token(token);
  const std::lock_guard lock(mutex_);
  if (!position || asked.timeline != latest_.timeline || position->timeline >= latest_.timeline) return;
  latest_ = earlier_.timeline == position->timeline ? base::later(earlier_, *position) : *position;
  earlier_ = {};
}

base::Position Position::latest(const base::Position& client) const {
  const std::lock_guard lock(mutex_);
  return base::later(client, latest_);
}

}  // namespace backend
