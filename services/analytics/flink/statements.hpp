// The SQL that Flink runs: deploy/flink/*.sql, read into the program when CMake runs, with the values of a run put in. Used by SummaryJob
// and LiveJob.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace analytics::flink {

/// deploy/flink/summary.sql and live.sql.
std::string_view summary_script();
std::string_view live_script();

/// The statements of a script with every ${name} replaced; the last one is the query. Quotes in values are doubled, so a value cannot end
/// the literal that it stands in. Throws std::logic_error for a name without a value.
std::vector<std::string> statements(std::string_view script, const std::map<std::string, std::string>& values);

}  // namespace analytics::flink
