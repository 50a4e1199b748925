#include "analytics/counts.hpp"

#include <algorithm>

namespace analytics {

std::int64_t Counts::other_owners_count() const {
  std::int64_t others = total;
  for (const OwnerCount& owner : owners) others -= owner.count;
  return others;
}

Counts shortened(const Counts& counts, int owner_limit) {
  const auto kept = std::min(counts.owners.size(), static_cast<std::size_t>(std::max(owner_limit, 0)));
  return {.total = counts.total,
          .by_status = counts.by_status,
          .owners = {counts.owners.begin(), counts.owners.begin() + static_cast<std::ptrdiff_t>(kept)},
          .owners_total = counts.owners_total,
          .as_of = counts.as_of,
          .origin = counts.origin,
          .lag = counts.lag,
          .created = counts.created};
}

bool same_figures(const Counts& a, const Counts& b) {
  return a.total == b.total && a.by_status == b.by_status && a.owners_total == b.owners_total && a.owners == b.owners &&
         a.origin == b.origin;
}

bool add_status(Counts& counts, std::string_view status, std::int64_t count) {
  const auto found = std::ranges::find(status_names, status);
  if (found == status_names.end()) return false;
  counts.by_status[static_cast<std::size_t>(found - status_names.begin())] += count;
  counts.total += count;
  return true;
}

void sort_owners(Counts& counts) {
  std::ranges::sort(counts.owners,
                    [](const OwnerCount& a, const OwnerCount& b) { return a.count != b.count ? a.count > b.count : a.owner < b.owner; });
}

}  // namespace analytics
