// Summaries, live counts and progress as JSON. Called by routes/analytics.
#pragma once

#include <string>

namespace analytics::v1 {
class Progress;
class Summary;
class ListRunsResponse;
class WatchCountsResponse;
}  // namespace analytics::v1

namespace json {

/// The answer of GET /records/analytics/flink.
void append_summary(std::string& out, const analytics::v1::Summary& summary);
/// The data of a `counts` event.
void append_counts(std::string& out, const analytics::v1::WatchCountsResponse& counts);
/// The answer of GET /records/analytics/runs.
void append_runs(std::string& out, const analytics::v1::ListRunsResponse& runs);
/// The data of a `progress` event.
void append_progress(std::string& out, const analytics::v1::Progress& progress);

}  // namespace json
