#include "backend/position.hpp"

namespace backend {
namespace {

template <class Number>
void raise(std::atomic<Number>& highest, Number number) {
  Number known = highest.load(std::memory_order_relaxed);
  while (known < number && !highest.compare_exchange_weak(known, number, std::memory_order_relaxed)) {
  }
}

}  // namespace

// The timeline first: who sees the log sequence number of a timeline sees the timeline, too.
void Position::see(std::string_view token) {
  const auto position = base::parse_token(token);
  if (!position) return;
  raise(timeline_, position->timeline);
  std::atomic_thread_fence(std::memory_order_release);
  raise(lsn_, position->lsn);
}

base::Position Position::latest(const base::Position& client) const {
  base::Position seen;
  seen.lsn = lsn_.load(std::memory_order_acquire);
  seen.timeline = timeline_.load(std::memory_order_relaxed);
  return base::later(client, seen);
}

}  // namespace backend
