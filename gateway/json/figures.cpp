#include "json/figures.hpp"

#include "json/text.hpp"
#include "rpc/proto_time.hpp"

#include <analytics/v1/analytics.pb.h>

#include <string_view>

namespace json {

namespace v1 = analytics::v1;

namespace {

void append_text_member(std::string& out, std::string_view name, std::string_view text) {
  out.append(",\"").append(name).append("\":");
  append_string(out, text);
}

/// What summaries and live counts have in common; the object stays open.
template <class Message>
void append_distributions(std::string& out, const Message& message) {
  out += "\"total\":";
  append_number(out, message.total());
  out += ",\"status_counts\":{";
  for (const v1::StatusCount& item : message.status_counts()) {
    if (out.back() != '{') out += ',';
    append_string(out, item.status());
    out += ':';
    append_number(out, item.count());
  }
  out += "},\"owner_counts\":{";
  for (const v1::OwnerCount& item : message.owner_counts()) {
    if (out.back() != '{') out += ',';
    append_string(out, item.owner());
    out += ':';
    append_number(out, item.count());
  }
  out += "},\"owners_total\":";
  append_number(out, message.owners_total());
  out += ",\"other_owners_count\":";
  append_number(out, message.other_owners_count());
  out += ",\"as_of\":";
  append_time(out, rpc::get_time(message.as_of()));
}

}  // namespace

void append_summary(std::string& out, const v1::Summary& summary) {
  out += "{\"engine\":";
  append_string(out, summary.engine());
  append_text_member(out, "job_name", summary.job_name());
  if (!summary.job_id().empty()) append_text_member(out, "job_id", summary.job_id());
  if (!summary.job_url().empty()) append_text_member(out, "job_url", summary.job_url());
  out += ",\"parallelism\":";
  append_number(out, summary.parallelism());
  out += ',';
  append_distributions(out, summary);
  out += ",\"generated_at\":";
  append_time(out, rpc::get_time(summary.generated_at()));
  out += ",\"duration_ms\":";
  append_number(out, summary.duration_ms());
  if (!summary.fallback_reason().empty()) append_text_member(out, "fallback_reason", summary.fallback_reason());
  out += '}';
}

void append_counts(std::string& out, const v1::WatchCountsResponse& counts) {
  out += '{';
  append_distributions(out, counts);
  if (!counts.source().empty()) append_text_member(out, "source", counts.source());
  if (counts.has_lag_ms()) {
    out += ",\"lag_ms\":";
    append_number(out, counts.lag_ms());
  }
  if (counts.created_per_minute_size() > 0) {
    out += ",\"created_per_minute\":{";
    for (const v1::MinuteCount& item : counts.created_per_minute()) {
      if (out.back() != '{') out += ',';
      append_time(out, rpc::get_time(item.minute()));
      out += ':';
      append_number(out, item.count());
    }
    out += '}';
  }
  out += '}';
}

void append_runs(std::string& out, const v1::ListRunsResponse& runs) {
  out += "{\"items\":[";
  for (const v1::Run& run : runs.runs()) {
    if (out.back() != '[') out += ',';
    out += "{\"started_at\":";
    append_time(out, rpc::get_time(run.started_at()));
    append_text_member(out, "engine", run.engine());
    append_text_member(out, "outcome", run.outcome());
    if (!run.job_id().empty()) append_text_member(out, "job_id", run.job_id());
    out += ",\"parallelism\":";
    append_number(out, run.parallelism());
    out += ",\"duration_ms\":";
    append_number(out, run.duration_ms());
    out += ",\"total\":";
    append_number(out, run.total());
    out += ",\"owners_total\":";
    append_number(out, run.owners_total());
    if (!run.fallback_reason().empty()) append_text_member(out, "fallback_reason", run.fallback_reason());
    out += '}';
  }
  out += "]}";
}

void append_progress(std::string& out, const v1::Progress& progress) {
  out += "{\"stage\":";
  append_string(out, progress.stage());
  out += ",\"records_read\":";
  append_number(out, progress.records_read());
  if (progress.has_percent()) {
    // One decimal is as fine as anybody can see.
    const auto tenths = static_cast<std::int64_t>(progress.percent() * 10);
    out += ",\"percent\":";
    append_number(out, tenths / 10);
    out += '.';
    append_number(out, tenths % 10);
  }
  if (!progress.job_id().empty()) append_text_member(out, "job_id", progress.job_id());
  out += '}';
}

}  // namespace json
