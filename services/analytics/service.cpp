#include "analytics/service.hpp"

#include "rpc/call.hpp"
#include "rpc/proto_time.hpp"

namespace analytics {
namespace {

/// How long a quiet watcher waits before it looks whether its caller is still there.
constexpr auto watch_patience = std::chrono::milliseconds(500);

base::Result<int> owner_limit(std::int32_t asked) {
  if (asked == 0) return limits::default_owners;
  if (asked < 1 || asked > limits::owners)
    return base::invalid("owner_limit", "must be 1 to " + std::to_string(limits::owners) + ", or 0 for the default");
  return asked;
}

base::Result<Choice> choice(v1::Engine engine) {
  switch (engine) {
    case v1::ENGINE_UNSPECIFIED:
    case v1::ENGINE_AUTO:
      return Choice::automatic;
    case v1::ENGINE_FLINK:
      return Choice::flink;
    case v1::ENGINE_SQL:
      return Choice::sql;
    default:
      return base::invalid("engine", "is not a known engine");
  }
}

/// The fields that Summary and WatchCountsResponse have in common.
template <class Message>
void set_counts(Message& out, const Counts& counts) {
  out.set_total(counts.total);
  for (std::size_t i = 0; i < status_names.size(); ++i) {
    auto* const status = out.add_status_counts();
    status->set_status(std::string(status_names[i]));
    status->set_count(counts.by_status[i]);
  }
  for (const OwnerCount& owner : counts.owners) {
    auto* const item = out.add_owner_counts();
    item->set_owner(owner.owner);
    item->set_count(owner.count);
  }
  out.set_owners_total(counts.owners_total);
  out.set_other_owners_count(counts.other_owners_count());
  rpc::set_time(*out.mutable_as_of(), counts.as_of);
}

v1::SummarizeResponse to_proto(const Progress& progress) {
  v1::SummarizeResponse response;
  auto& out = *response.mutable_progress();
  out.set_stage(progress.stage);
  out.set_records_read(progress.records_read);
  if (progress.percent) out.set_percent(*progress.percent);
  out.set_job_id(progress.job_id);
  return response;
}

v1::SummarizeResponse to_proto(const Summary& summary) {
  v1::SummarizeResponse response;
  auto& out = *response.mutable_summary();
  set_counts(out, summary.counts);
  out.set_engine(summary.engine);
  out.set_job_name(summary.job_name);
  out.set_job_id(summary.job_id);
  out.set_parallelism(summary.parallelism);
  rpc::set_time(*out.mutable_generated_at(), summary.generated_at);
  out.set_duration_ms(summary.duration.count());
  out.set_fallback_reason(summary.fallback_reason);
  out.set_job_url(summary.job_url);
  return response;
}

using SummaryWriter = rpc::StreamWriter<v1::SummarizeResponse>;

Awaitable<bool> write_progress(SummaryWriter& out, Progress progress) {
  if (out.cancelled()) co_return false;
  v1::SummarizeResponse message = to_proto(progress);
  co_return co_await out.write(std::move(message));
}

Awaitable<base::Result<void>> summarize(Fallback& engines, const v1::SummarizeRequest& request, base::Deadline deadline,
                                        SummaryWriter& out) {
  const base::Result<Choice> engine = choice(request.engine());
  if (engine.has_error()) co_return engine.error();
  const base::Result<int> limit = owner_limit(request.owner_limit());
  if (limit.has_error()) co_return limit.error();
  ProgressSink sink = [&out](Progress progress) { return write_progress(out, std::move(progress)); };
  Request wanted{.owner_limit = *limit};
  base::Result<Summary> summary = co_await engines.summarize(*engine, wanted, std::move(sink), deadline);
  if (summary.has_error()) co_return summary.error();
  v1::SummarizeResponse message = to_proto(*summary);
  if (!co_await out.write(std::move(message))) co_return base::cancelled();
  co_return base::Result<void>();
}

void set_origin(v1::WatchCountsResponse& out, const Counts& counts) {
  out.set_source(counts.origin == Origin::flink ? "flink_cdc" : "sql");
  if (counts.origin == Origin::flink) out.set_lag_ms(counts.lag.count());
  for (const MinuteCount& minute : counts.created) {
    auto* const item = out.add_created_per_minute();
    rpc::set_time(*item->mutable_minute(), minute.minute);
    item->set_count(minute.count);
  }
}

using WatchWriter = rpc::StreamWriter<v1::WatchCountsResponse>;

Awaitable<base::Result<void>> watch(LiveCounts& live, std::int32_t asked_limit, WatchWriter& out) {
  const base::Result<int> limit = owner_limit(asked_limit);
  if (limit.has_error()) co_return limit.error();
  const auto watcher = live.watch(*limit);
  while (!out.cancelled()) {
    base::Result<std::optional<Counts>> news = co_await watcher->next(watch_patience);
    if (news.has_error()) co_return news.error();
    if (!news->has_value()) continue;
    v1::WatchCountsResponse message;
    set_counts(message, **news);
    set_origin(message, **news);
    if (!co_await out.write(std::move(message))) break;
  }
  co_return base::cancelled();
}

Awaitable<base::Result<void>> list_runs(RunLog& log, std::int32_t asked_limit, base::Deadline deadline, v1::ListRunsResponse& response) {
  constexpr int most = static_cast<int>(RunLog::most), usual = 20;
  if (asked_limit < 0 || asked_limit > most)
    co_return base::invalid("limit", "must be 1 to " + std::to_string(most) + ", or 0 for the default");
  const base::Result<std::vector<PastRun>> runs = co_await log.newest(asked_limit == 0 ? usual : asked_limit, deadline);
  if (runs.has_error()) co_return runs.error();
  for (const PastRun& run : *runs) {
    auto& out = *response.add_runs();
    rpc::set_time(*out.mutable_started_at(), run.started_at);
    out.set_engine(run.engine);
    out.set_outcome(run.outcome);
    out.set_job_id(run.job_id);
    out.set_parallelism(run.parallelism);
    out.set_duration_ms(run.duration.count());
    out.set_total(run.total);
    out.set_owners_total(run.owners_total);
    out.set_fallback_reason(run.fallback_reason);
  }
  co_return base::Result<void>();
}

Awaitable<base::Result<void>> engine_status(FlinkEngine& flink, const RunLog& log, const flink::LiveJob* job, base::Deadline deadline,
                                            v1::GetEngineStatusResponse& response) {
  const base::Result<void> ready = co_await flink.check(deadline);
  response.set_flink(!flink.configured() ? "disabled" : ready.has_error() ? "down" : "ok");
  if (ready.has_error()) response.set_flink_detail(ready.error().message);
  response.set_job_name(flink.settings().job_name);
  response.set_flink_version(flink.version());
  response.set_live_state(job ? job->status().state : "off");
  if (job) response.set_live_detail(job->status().detail);
  if (job) response.set_live_job_id(job->status().job_id);
  const RunLog::Totals& totals = log.totals();
  response.set_flink_runs(totals.flink);
  response.set_sql_runs(totals.sql);
  response.set_fallbacks(totals.fallbacks);
  response.set_failed_runs(totals.failed);
  response.set_cancelled_runs(totals.cancelled);
  co_return base::Result<void>();
}

}  // namespace

Service::Service(boost::asio::any_io_executor loop, Fallback& engines, FlinkEngine& flink, LiveCounts& live, RunLog& log,
                 const flink::LiveJob* job)
    : loop_(std::move(loop)), engines_(engines), flink_(flink), live_(live), log_(log), job_(job) {}

grpc::ServerWriteReactor<v1::SummarizeResponse>* Service::Summarize(grpc::CallbackServerContext* context,
                                                                    const v1::SummarizeRequest* request) {
  return rpc::write_stream<v1::SummarizeResponse>(
      context, loop_,
      [this, request, deadline = rpc::deadline_of(*context)](SummaryWriter& out) { return summarize(engines_, *request, deadline, out); });
}

grpc::ServerWriteReactor<v1::WatchCountsResponse>* Service::WatchCounts(grpc::CallbackServerContext* context,
                                                                        const v1::WatchCountsRequest* request) {
  return rpc::write_stream<v1::WatchCountsResponse>(
      context, loop_, [this, request](WatchWriter& out) { return watch(live_, request->owner_limit(), out); });
}

grpc::ServerUnaryReactor* Service::GetEngineStatus(grpc::CallbackServerContext* context, const v1::GetEngineStatusRequest*,
                                                   v1::GetEngineStatusResponse* response) {
  return rpc::unary(context, loop_, [this, response, deadline = rpc::deadline_of(*context)] {
    return engine_status(flink_, log_, job_, deadline, *response);
  });
}

grpc::ServerUnaryReactor* Service::ListRuns(grpc::CallbackServerContext* context, const v1::ListRunsRequest* request,
                                            v1::ListRunsResponse* response) {
  return rpc::unary(context, loop_, [this, request, response, deadline = rpc::deadline_of(*context)] {
    return list_runs(log_, request->limit(), deadline, *response);
  });
}

}  // namespace analytics
