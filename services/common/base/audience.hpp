// Who waits for a piece of work, so that it can be given up when all of them have gone. Passed down with a read (records/record_store),
// looked at by pg::Watchdog while the database works on it.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace base {

/// Without anyone added nothing is known, and the work is done. Not thread-safe, but what is added may look at what other threads change.
class Audience {
 public:
  /// `has_gone` must be callable as long as the work is under way.
  void add(std::function<bool()> has_gone) { each_.push_back(std::move(has_gone)); }
  /// The work is for those of `other` too; where nothing is known of them it is for good.
  void join(const Audience& other) {
    if (each_.empty() || other.each_.empty()) return each_.clear();
    each_.insert(each_.end(), other.each_.begin(), other.each_.end());
  }
  bool has_gone() const {
    return !each_.empty() && std::ranges::all_of(each_, [](const auto& has_gone) { return has_gone(); });
  }

 private:
  std::vector<std::function<bool()>> each_;
};

}  // namespace base
