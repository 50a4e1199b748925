// The SQL Gateway's REST interface, version 3 (Flink 1.20, docs "SQL Gateway / REST Endpoint"): sessions, statements, results by page. Used
// by SummaryJob and LiveJob.
#pragma once

#include "analytics/flink/rest.hpp"

#include <utility>
#include <vector>

namespace analytics::flink {

using Properties = std::vector<std::pair<std::string, std::string>>;

namespace reason {
inline constexpr std::string_view session_lost = "SESSION_LOST";  ///< the gateway does not know the session (any more): open another
inline constexpr std::string_view job_failed = "JOB_FAILED";      ///< Flink is there, but refuses the statement or has lost the job
}  // namespace reason

/// One answer to a fetch.
struct Page {
  bool ready = false;  ///< false: the statement is not under way yet; fetch the same page again
  bool last = false;
  std::string job_id;                    ///< once the job has been submitted
  std::vector<boost::json::value> rows;  ///< arrays of fields
  std::string next;                      ///< path of the next page
};

/// Not thread-safe: one event loop. Every call: UNAVAILABLE with a line for people; see `reason`.
class SqlGateway {
 public:
  explicit SqlGateway(std::string url) : rest_(std::move(url)) {}

  /// The gateway's version. Also UNAVAILABLE where it is older than what we speak.
  Awaitable<base::Result<std::string>> version(base::Deadline deadline) const;

  /// The session's handle.
  Awaitable<base::Result<std::string>> open_session(std::string name, Properties properties, base::Deadline deadline) const;
  /// Runs a statement that defines something (CREATE, SET …).
  Awaitable<base::Result<void>> configure(std::string session, std::string statement, base::Deadline deadline) const;
  Awaitable<base::Result<void>> close_session(std::string session, base::Deadline deadline) const;

  /// Begins a query or an INSERT; the path of its first page.
  Awaitable<base::Result<std::string>> submit(std::string session, std::string statement, base::Deadline deadline) const;
  Awaitable<base::Result<Page>> fetch(std::string page, base::Deadline deadline) const;
  /// Lets go of the statement that `page` belongs to; a query's job ends with it.
  Awaitable<base::Result<void>> close(std::string page, base::Deadline deadline) const;

  const std::string& url() const { return rest_.url(); }

 private:
  Awaitable<base::Result<boost::json::object>> call(std::string method, std::string path, boost::json::object body,
                                                    base::Deadline deadline) const;

  Rest rest_;
};

/// What a failure says in one line: the message of the innermost cause in a Java stack trace, without the class. Exposed for its tests.
std::string innermost_cause(std::string_view stack_trace);

/// 'text' as a literal in Flink SQL.
std::string sql_literal(std::string_view text);

}  // namespace analytics::flink
