#include "analytics/flink/job_manager.hpp"

#include "analytics/flink/sql_gateway.hpp"

#include <algorithm>
#include <string_view>

namespace analytics::flink {
namespace json = boost::json;

namespace {

constexpr unsigned not_found = 404;

/// The members of the objects of an array, one by one.
template <class Visit>
void each_object(const json::object& object, std::string_view name, Visit visit) {
  if (const auto* const array = array_of(object, name))
    for (const json::value& item : *array)
      if (item.is_object()) visit(item.get_object());
}

/// The first vertex is the one that reads. Its records are counted by the operator "Source: NAME[N]": the vertex itself counts what it
/// sends on, which is nothing while it aggregates.
void note_source(JobState& job, const json::object& vertex) {
  const std::string name = text_of(vertex, "name");
  if (!job.source.empty() || !name.starts_with("Source: ")) return;
  job.source = text_of(vertex, "id");
  std::string source = name.substr(0, name.find(" -> "));
  std::ranges::replace_if(
      source, [](char c) { return c == ' ' || c == ':'; }, '_');
  job.source_metric = source + ".numRecordsOut";
}

}  // namespace

Awaitable<base::Result<json::object>> JobManager::get(std::string path, base::Deadline deadline) const {
  base::Result<Reply> reply = co_await rest_.get(path, deadline);
  if (reply.has_error()) co_return reply.error();
  if (reply->status == not_found) co_return base::not_found("no such job");
  if (reply->status != 200) co_return rest_.no_answer("status " + std::to_string(reply->status));
  co_return std::move(reply->body);
}

Awaitable<base::Result<ClusterOverview>> JobManager::overview(base::Deadline deadline) const {
  const auto answer = co_await get("/overview", deadline);
  if (answer.has_error()) co_return answer.error();
  if (!answer->contains("taskmanagers")) co_return rest_.no_answer("what answers there is no JobManager");
  co_return ClusterOverview{number_of(*answer, "taskmanagers"), number_of(*answer, "slots-total"), number_of(*answer, "slots-available"),
                            text_of(*answer, "flink-version")};
}

Awaitable<base::Result<std::vector<JobState>>> JobManager::jobs(base::Deadline deadline) const {
  const auto answer = co_await get("/jobs/overview", deadline);
  if (answer.has_error()) co_return answer.error();
  std::vector<JobState> all;
  each_object(*answer, "jobs", [&](const json::object& job) {
    all.push_back({.id = text_of(job, "jid"), .name = text_of(job, "name"), .state = text_of(job, "state")});
  });
  co_return all;
}

Awaitable<base::Result<JobState>> JobManager::job(std::string id, base::Deadline deadline) const {
  const auto answer = co_await get("/jobs/" + id, deadline);
  if (answer.has_error() && answer.error().code == base::Code::not_found) co_return JobState{.id = id};
  if (answer.has_error()) co_return answer.error();
  JobState job{.id = id, .name = text_of(*answer, "name"), .state = text_of(*answer, "state"), .deployed = true};
  if (const auto* const moments = object_of(*answer, "timestamps")) job.restarted = number_of(*moments, "RESTARTING") > 0;
  each_object(*answer, "vertices", [&job](const json::object& vertex) {
    note_source(job, vertex);
    const std::string status = text_of(vertex, "status");
    // A batch job deploys its later vertices when the earlier have ended; the source tells.
    if (text_of(vertex, "id") == job.source && (status == "CREATED" || status == "SCHEDULED")) job.deployed = false;
  });
  co_return job;
}

Awaitable<base::Result<std::int64_t>> JobManager::records_read(JobState job, base::Deadline deadline) const {
  if (job.source.empty()) co_return 0;
  std::string metric = job.source_metric;
  for (std::size_t at; (at = metric.find('[')) != std::string::npos;) metric.replace(at, 1, "%5B");
  for (std::size_t at; (at = metric.find(']')) != std::string::npos;) metric.replace(at, 1, "%5D");
  const std::string path = "/jobs/" + job.id + "/vertices/" + job.source + "/subtasks/metrics?agg=sum&get=" + metric;
  // The answer is an array, which Rest takes for the body of an object: see `array_member`.
  const auto answer = co_await get(path, deadline);
  if (answer.has_error()) co_return answer.error();
  std::int64_t sum = 0;
  each_object(*answer, array_member, [&sum](const json::object& item) { sum += number_of(item, "sum"); });
  co_return sum;
}

Awaitable<base::Result<void>> JobManager::cancel(std::string id, base::Deadline deadline) const {
  const auto reply = co_await rest_.send("PATCH", "/jobs/" + id + "?mode=cancel", {}, deadline);
  if (reply.has_error()) co_return reply.error();
  co_return base::Result<void>();
}

Awaitable<base::Result<std::string>> JobManager::latest_checkpoint(std::string id, base::Deadline deadline) const {
  const auto answer = co_await get("/jobs/" + id + "/checkpoints", deadline);
  if (answer.has_error() && answer.error().code == base::Code::not_found) co_return std::string();
  if (answer.has_error()) co_return answer.error();
  const json::object* const latest = object_of(*answer, "latest");
  const json::object* const completed = latest ? object_of(*latest, "completed") : nullptr;
  co_return completed ? text_of(*completed, "external_path") : std::string();
}

Awaitable<base::Result<std::string>> JobManager::root_cause(std::string id, base::Deadline deadline) const {
  const auto answer = co_await get("/jobs/" + id + "/exceptions?maxExceptions=1", deadline);
  if (answer.has_error() && answer.error().code == base::Code::not_found) co_return std::string();
  if (answer.has_error()) co_return answer.error();
  std::string trace;
  if (const json::object* const history = object_of(*answer, "exceptionHistory"))
    each_object(*history, "entries", [&trace](const json::object& entry) {
      if (trace.empty()) trace = text_of(entry, "stacktrace");
    });
  co_return innermost_cause(trace);
}

}  // namespace analytics::flink
