#include "routes/console_models.hpp"

#include "console/form_check.hpp"
#include "console/format.hpp"
#include "console/words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace routes::console_models {
namespace {

namespace rpc = ::records::v1;

base::Micros moment(const google::protobuf::Timestamp& stamp) {
  return base::Micros(std::chrono::seconds(stamp.seconds()) + std::chrono::microseconds(stamp.nanos() / 1000));
}

constexpr std::array<std::string_view, 5> status_names{"", "pending", "active", "done", "archived"};
constexpr std::array<std::string_view, 9> sort_names{"",           "id",          "-id",   "created_at", "-created_at",
                                                     "updated_at", "-updated_at", "title", "-title"};

/// Place of `name` in a list that follows the enum's numbers; 0 (unspecified) where it is absent.
template <class Names>
int place(const Names& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? 0 : static_cast<int>(found - names.begin());
}

std::optional<std::int64_t> whole(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < least || value > most) return std::nullopt;
  return value;
}

const char* role_name(::cluster::v1::Role role) {
  switch (role) {
    case ::cluster::v1::ROLE_PRIMARY:
      return "primary";
    case ::cluster::v1::ROLE_STANDBY:
      return "standby";
    case ::cluster::v1::ROLE_UNREACHABLE:
      return "unreachable";
    default:
      return "unknown";
  }
}

/// Reads the numbers of a query; each refused one is named.
struct NumberReader {
  console::Locale locale;
  const http::Form& parameters;
  std::vector<console::FieldError>& errors;

  void read(const char* name, std::int64_t least, std::int64_t most, auto& into) const {
    const std::string_view text = parameters.get(name);
    if (text.empty()) return;
    if (const auto value = whole(text, least, most)) {
      into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
    } else {
      errors.push_back(
          {name, console::say(locale, "error.number", {{"least", console::grouped(least)}, {"most", console::grouped(most)}})});
    }
  }
};

}  // namespace

console::RecordView record(const rpc::Record& from) {
  console::RecordView out;
  out.id = from.id();
  out.title = from.title();
  out.owner = from.owner();
  const auto number = static_cast<std::size_t>(from.status());
  out.status = number < status_names.size() ? status_names[number] : "";
  out.description = from.description();
  out.created_at = moment(from.created_at());
  out.updated_at = moment(from.updated_at());
  out.version = from.version();
  return out;
}

console::Listing listing(const rpc::ListResponse& response) {
  console::Listing out;
  for (const auto& item : response.items()) out.rows.push_back(record(item));
  out.total = response.total();
  out.next_page_token = response.next_page_token();
  return out;
}

console::Statistics statistics(const ::analytics::v1::Summary& summary) {
  console::Statistics out;
  out.engine = summary.engine();
  out.fallback_reason = summary.fallback_reason();
  out.job_name = summary.job_name();
  out.job_id = summary.job_id();
  out.job_url = summary.job_url();
  out.parallelism = summary.parallelism();
  out.total = summary.total();
  for (const auto& item : summary.status_counts()) out.statuses.emplace_back(item.status(), item.count());
  for (const auto& item : summary.owner_counts()) out.owners.emplace_back(item.owner(), item.count());
  out.owners_total = summary.owners_total();
  out.other_owners_count = summary.other_owners_count();
  out.as_of = moment(summary.as_of());
  out.generated_at = moment(summary.generated_at());
  out.duration_ms = summary.duration_ms();
  return out;
}

std::vector<console::PastRun> past_runs(const ::analytics::v1::ListRunsResponse& response) {
  std::vector<console::PastRun> out;
  for (const auto& run : response.runs())
    out.push_back({.started_at = moment(run.started_at()),
                   .engine = run.engine(),
                   .outcome = run.outcome(),
                   .job_id = run.job_id(),
                   .duration_ms = run.duration_ms(),
                   .total = run.total(),
                   .reason = run.fallback_reason()});
  return out;
}

console::ClusterView cluster(const ::cluster::v1::GetTopologyResponse& topology) {
  console::ClusterView out;
  for (const auto& node : topology.nodes()) {
    console::NodeView& view = out.nodes.emplace_back();
    view.name = node.name();
    view.role = role_name(node.role());
    view.lsn = node.lsn();
    view.lag_bytes = node.replay_lag_bytes();
    view.lag_ms = node.replay_lag_ms();
    view.round_trip_us = node.round_trip_us();
    view.timeline = node.timeline();
    view.pool_in_use = node.pool().in_use();
    view.pool_idle = node.pool().idle();
    view.pool_waiting = node.pool().waiting();
    view.pool_max = node.pool().max();
    view.error = node.error();
  }
  out.dialect = topology.dialect();
  out.checked_at = moment(topology.checked_at());
  return out;
}

console::RecordFields fields(const console::RecordView& from) { return {from.title, from.owner, from.status, from.description}; }

rpc::Status status(std::string_view name) { return static_cast<rpc::Status>(place(status_names, name)); }
rpc::Sort sort(std::string_view name) { return static_cast<rpc::Sort>(place(sort_names, name)); }

rpc::ListRequest list_request(const console::ListQuery& query) {
  rpc::ListRequest out;
  if (!query.status.empty()) out.mutable_filter()->set_status(status(query.status));
  if (!query.owner.empty()) out.mutable_filter()->set_owner(query.owner);
  if (!query.q.empty()) out.mutable_filter()->set_q(query.q);
  out.set_sort(sort(query.sort));
  out.set_limit(query.limit);
  if (query.page_token.empty()) out.set_skip(query.skip);
  else out.set_page_token(query.page_token);
  return out;
}

rpc::NewRecord new_record(const console::RecordFields& from) {
  rpc::NewRecord out;
  out.set_title(from.title);
  out.set_owner(from.owner);
  out.set_status(status(from.status));
  out.set_description(from.description);
  return out;
}

rpc::UpdateRequest update_request(std::int64_t id, std::int64_t version, const console::RecordFields& from) {
  rpc::UpdateRequest out;
  out.set_id(id);
  out.set_title(from.title);
  out.set_owner(from.owner);
  out.set_status(status(from.status));
  out.set_description(from.description);
  out.add_expected_versions(version);
  return out;
}

ParsedQuery list_query(console::Locale locale, const http::Form& parameters) {
  static constexpr std::array<std::string_view, 7> known{"q", "owner", "status", "sort", "limit", "skip", "page_token"};
  ParsedQuery out;
  for (const auto& field : parameters.fields()) {
    if (std::ranges::find(known, field.name) == known.end()) out.errors.push_back({field.name, console::say(locale, "error.unknown")});
  }
  for (const auto name : known) {
    if (parameters.count(name) > 1) out.errors.push_back({std::string(name), console::say(locale, "error.twice")});
  }
  out.query.q = parameters.get("q");
  out.query.owner = parameters.get("owner");
  out.query.status = parameters.get("status");
  out.query.page_token = parameters.get("page_token");
  if (!parameters.get("sort").empty()) out.query.sort = parameters.get("sort");
  const NumberReader numbers{locale, parameters, out.errors};
  numbers.read("limit", 1, 200, out.query.limit);
  // Positions beyond this are never reached; it keeps sums of a position and a page within an int64.
  numbers.read("skip", 0, 1'000'000'000'000, out.query.skip);
  for (auto& error : console::check(locale, out.query)) out.errors.push_back(std::move(error));
  // The page's own form and links must not carry a refused order on.
  if (!console::known_sort(out.query.sort)) out.query.sort = console::ListQuery{}.sort;
  return out;
}

console::RecordFields form_fields(const http::Form& form) {
  console::RecordFields out;
  out.title = form.get("title");
  out.owner = form.get("owner");
  out.status = form.get("status");
  out.description = console::plain_lines(form.get("description"));
  return out;
}

std::optional<std::int64_t> positive(std::string_view text) { return whole(text, 1, std::numeric_limits<std::int64_t>::max()); }

}  // namespace routes::console_models
