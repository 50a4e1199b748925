// What one loop counts: written by that loop only, read by any thread (routes/metrics). No locks and no atomic read-modify-write.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace loop {

/// A number with one writer.
class Counter {
 public:
  void add(std::int64_t amount = 1) { value_.store(get() + amount, std::memory_order_relaxed); }
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Counts of observations up to each bound, and beyond the last.
template <std::size_t Size>
class Histogram {
 public:
  explicit constexpr Histogram(const std::array<std::int64_t, Size>& bounds) : bounds_(bounds) {}

  void observe(std::int64_t value) {
    std::size_t i = 0;
    while (i < Size && value > bounds_[i]) ++i;
    buckets_[i].add();
    sum_.add(value);
  }
  const std::array<std::int64_t, Size>& bounds() const { return bounds_; }
  std::int64_t count(std::size_t bucket) const { return buckets_[bucket].get(); }
  std::int64_t sum() const { return sum_.get(); }

 private:
  const std::array<std::int64_t, Size>& bounds_;
  std::array<Counter, Size + 1> buckets_;
  Counter sum_;
};

/// Microseconds.
inline constexpr std::array<std::int64_t, 14> duration_bounds{100,    250,    500,     1'000,   2'500,     5'000,     10'000,
                                                              25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000, 30'000'000};
inline constexpr std::array<std::int64_t, 9> batch_bounds{1, 2, 4, 8, 16, 32, 64, 128, 256};

struct RouteCounters {
  std::array<Counter, 6> by_class;  ///< index: status / 100
  Histogram<duration_bounds.size()> duration{duration_bounds};
};

struct Counters {
  std::deque<RouteCounters> routes;  ///< as in the table; one more for what no route took. Sized before the loop runs
  Counter connections;               ///< open now
  Counter accepted;
  Counter in_flight;                     ///< requests being worked on now
  Counter refused_full, refused_client;  ///< by http::Admission
  Counter backend_calls;
  Counter backend_in_flight;
  Counter backend_joined;
  Counter backend_retries;
  Counter backend_breaks;  ///< streams lost
  Histogram<batch_bounds.size()> batch_size{batch_bounds};
};

}  // namespace loop
