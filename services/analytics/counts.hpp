// The domain: how many records there are by status and by owner. Knows neither proto nor SQL. Used by engines, live counts and service.
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace analytics {

inline constexpr std::array<std::string_view, 4> status_names{"pending", "active", "done", "archived"};

namespace limits {
inline constexpr int owners = 10'000;
inline constexpr int default_owners = 100;
}  // namespace limits

struct OwnerCount {
  std::string owner;
  std::int64_t count = 0;

  bool operator==(const OwnerCount&) const = default;
};

/// Records created within a minute that are still there.
struct MinuteCount {
  base::Micros minute{};
  std::int64_t count = 0;
};

/// Where live counts come from.
enum class Origin { sql, flink };

/// Both distributions of one state of the data.
struct Counts {
  std::int64_t total = 0;
  std::array<std::int64_t, 4> by_status{};  ///< in the order of status_names
  std::vector<OwnerCount> owners;           ///< those with most records, most first, then by name in code point order
  std::int64_t owners_total = 0;            ///< distinct owners
  base::Micros as_of{};
  Origin origin = Origin::sql;
  std::chrono::milliseconds lag{};     ///< of Flink's streaming job, from a commit to its counts; 0 by SQL
  std::vector<MinuteCount> created{};  ///< of the last quarter of an hour, oldest first; by Flink's streaming job only

  /// Records of owners that are not listed.
  std::int64_t other_owners_count() const;
};

/// The same with at most `owner_limit` owners.
Counts shortened(const Counts& counts, int owner_limit);

/// True when nothing but the moment, the lag and the minutes differ.
bool same_figures(const Counts& a, const Counts& b);

/// Puts a status' number where it belongs, and into the total. False for a status that is none.
bool add_status(Counts& counts, std::string_view status, std::int64_t count);

/// Puts the owners in the order that `Counts::owners` promises.
void sort_owners(Counts& counts);

}  // namespace analytics
