#include "console/panels.hpp"

#include "console/form_check.hpp"
#include "console/format.hpp"
#include "console/links.hpp"
#include "console/ring.hpp"
#include "console/words.hpp"

#include <algorithm>
#include <array>

namespace console {
namespace {

/// Width of an owner's bar in per cent of the longest.
std::string width(std::int64_t count, std::int64_t most) {
  return most > 0 ? std::to_string(std::clamp<std::int64_t>(count * 100 / most, count > 0 ? 1 : 0, 100)) : "0";
}

std::string shortened(std::int64_t total) {
  if (total < 1'000'000) return grouped(total);
  return grouped(total / 1'000'000) + "." + std::to_string(total / 100'000 % 10) + "M";
}

std::string engine_text(Locale locale, const Statistics& statistics) {
  if (statistics.flink_ready && statistics.fallback_reason.empty()) return say(locale, "stats.sql_chosen");
  const std::string sql = say(locale, "stats.sql");
  return statistics.fallback_reason.empty() ? sql : say(locale, "stats.sql_because", {{"reason", statistics.fallback_reason}});
}

void add_statuses(Data& data, Locale locale, const Statistics& statistics) {
  std::vector<std::int64_t> counts;
  for (const auto& [status, count] : statistics.statuses) counts.push_back(count);
  const std::vector<Arc> arcs = ring_arcs(counts);
  Data list{Data::type::list};
  std::string title = say(locale, "stats.ring_title");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string& status = statistics.statuses[i].first;
    ListQuery query;
    query.status = status;
    Data item;
    item.set("status", known_status(status) ? status : "other");
    item.set("status_name", status_name(locale, status));
    item.set("status_count", grouped(counts[i]));
    item.set("status_share", percent(counts[i], statistics.total));
    item.set("status_link", list_link(query));
    item.set("dash_array", dash_array(arcs[i]));
    item.set("dash_offset", dash_offset(arcs[i]));
    list << item;
    title += (i == 0 ? " " : ", ") + status_name(locale, status) + " " + grouped(counts[i]);
  }
  data.set("statuses", list);
  data.set("ring_title", title);
}

void add_node(Data& list, Locale locale, const NodeView& node) {
  const bool standby = node.role == "standby";
  Data item;
  item.set("node_name", node.name);
  item.set("role", node.role);
  item.set("role_name", say_or(locale, "role." + node.role, node.role));
  item.set("reachable", flag(node.role != "unreachable"));
  item.set("has_lag", flag(standby));
  item.set("lag", bytes(node.lag_bytes) + " · " + grouped(node.lag_ms) + " ms");
  item.set("pool", std::to_string(node.pool_in_use) + " / " + std::to_string(node.pool_max) +
                       (node.pool_waiting > 0 ? say(locale, "cluster.waiting", {{"n", std::to_string(node.pool_waiting)}}) : ""));
  item.set("round_trip", milliseconds(node.round_trip_us));
  item.set("has_lsn", flag(!node.lsn.empty()));
  item.set("lsn", node.lsn);
  if (!node.error.empty()) item.set("node_error", node.error);
  list << item;
}

}  // namespace

void add_statistics(Data& data, Locale locale, const Statistics& statistics, std::size_t owner_limit) {
  data.set("has_statistics", flag(true));
  data.set("statistics_total", shortened(statistics.total));
  add_statuses(data, locale, statistics);
  Data owners{Data::type::list};
  const std::size_t shown = std::min(owner_limit, statistics.owners.size());
  std::int64_t listed = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [owner, count] = statistics.owners[i];
    ListQuery query;
    query.owner = owner;
    Data item;
    item.set("owner_name", owner);
    item.set("owner_count", grouped(count));
    item.set("owner_width", width(count, statistics.owners.front().second));
    item.set("owner_link", list_link(query));
    owners << item;
    listed += count;
  }
  data.set("owners", owners);
  data.set("owner_width", "0");  // of the empty row that live.js copies
  data.set("owners_total", grouped(statistics.owners_total));
  const std::int64_t others = std::max<std::int64_t>(statistics.total - listed, 0);
  data.set("others_text", others > 0 ? say(locale, "stats.others", {{"n", grouped(others)}}) : "");
  data.set("engine_flink", flag(statistics.engine == "flink"));
  data.set("engine_kind", statistics.engine == "flink" ? "flink" : statistics.flink_ready ? "chosen" : "sql");
  data.set("engine_text", engine_text(locale, statistics));
  data.set("as_of", second(statistics.as_of));
  data.set("as_of_full", base::rfc3339(statistics.as_of));
}

void add_statistics(Data& data, Locale locale, const Part<Statistics>& part, std::size_t owner_limit) {
  if (part.value) return add_statistics(data, locale, *part.value, owner_limit);
  data.set("has_statistics", flag(false));
  data.set("statistics_detail", part.failure.detail);
}

void add_cluster(Data& data, Locale locale, const Part<ClusterView>& part) {
  data.set("has_cluster", flag(part.value.has_value()));
  data.set("cluster_detail", part.failure.detail);
  if (!part.value) return;
  Data nodes{Data::type::list};
  for (const NodeView& node : part.value->nodes) add_node(nodes, locale, node);
  data.set("nodes", nodes);
  data.set("dialect", say_or(locale, "dialect." + part.value->dialect, part.value->dialect));
  data.set("checked", second(part.value->checked_at));
  data.set("checked_full", base::rfc3339(part.value->checked_at));
}

std::string failure_heading(Locale locale, const Failure& failure) {
  return say_or(locale, "failure." + std::to_string(failure.status), say(locale, "failure.other"));
}

void add_failure(Data& data, Locale locale, const std::optional<Failure>& failure) {
  data.set("failed", flag(failure.has_value()));
  if (!failure) return;
  data.set("failure_heading", failure_heading(locale, *failure));
  data.set("failure_detail", failure->detail);
}

void add_errors(Data& data, Locale locale, std::span<const FieldError> errors) {
  Data list{Data::type::list};
  for (const FieldError& error : errors) {
    static constexpr std::array<std::string_view, 4> fields{"title", "owner", "status", "description"};
    Data item;
    if (std::ranges::find(fields, error.field) != fields.end()) {
      item.set("error_link", error.field);
      if (!data.get(error.field + "_error")) data.set(error.field + "_error", error.message);
    }
    item.set("error_name", say_or(locale, "field." + error.field, error.field));
    item.set("error_message", error.message);
    list << item;
  }
  data.set("has_errors", flag(!errors.empty()));
  data.set("errors", list);
}

std::string status_name(Locale locale, std::string_view status) { return say_or(locale, "status." + std::string(status), status); }

Data option(std::string_view value, std::string name, bool selected) {
  Data item;
  item.set("option_value", std::string(value));
  item.set("option_name", name);
  item.set("option_selected", flag(selected));
  return item;
}

Data status_options(Locale locale, std::string_view selected, bool any) {
  static constexpr std::array<std::string_view, 4> statuses{"pending", "active", "done", "archived"};
  Data list{Data::type::list};
  if (any) list << option("", say(locale, "filter.any"), selected.empty());
  for (const auto status : statuses) list << option(status, status_name(locale, status), selected == status);
  return list;
}

}  // namespace console
