// Page models for the tests of the renderers.
#pragma once

#include "console/pages.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace samples {

inline constexpr std::string_view hostile = "\"><script>alert('x')</script>&{{csrf}}";
inline constexpr std::string_view hostile_escaped = "&quot;&gt;&lt;script&gt;alert(&apos;x&apos;)&lt;/script&gt;&amp;{{csrf}}";

inline std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++found;
  return found;
}

inline bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

inline console::Frame frame() {
  console::Frame out;
  out.csrf = "the-token";
  return out;
}

inline console::RecordView record(std::int64_t id, std::string title = "A title") {
  console::RecordView out;
  out.id = id;
  out.title = std::move(title);
  out.owner = "maria";
  out.status = "active";
  out.version = 3;
  return out;
}

inline console::ListPage list() {
  console::ListPage out;
  out.listing.value.emplace();
  out.listing.value->rows = {record(2), record(1)};
  out.listing.value->total = 2;
  auto& statistics = out.statistics.value.emplace();
  statistics.engine = "sql_fallback";
  statistics.fallback_reason = "no Flink here";
  statistics.total = 1234;
  statistics.statuses = {{"pending", 0}, {"active", 1000}, {"done", 234}, {"archived", 0}};
  statistics.owners = {{"maria", 1000}, {"li", 100}};
  statistics.owners_total = 3;
  auto& cluster = out.cluster.value.emplace();
  cluster.dialect = "postgresql";
  cluster.nodes = {{"db1:5432", "primary", "0/1", 0, 0, 310, 1, 1, 2, 0, 8, ""},
                   {"db2:5432", "standby", "0/1", 2048, 7, 290, 1, 0, 2, 0, 8, ""},
                   {"db3:5432", "unreachable", "", 0, 0, 0, 0, 0, 0, 0, 8, "refused"}};
  return out;
}

}  // namespace samples
