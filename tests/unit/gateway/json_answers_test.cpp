// Figures and topology as JSON, to the letter.
#include "json/figures.hpp"
#include "json/topology.hpp"

#include "rpc/proto_time.hpp"

#include "support/catch.hpp"

#include <analytics/v1/analytics.pb.h>
#include <cluster/v1/cluster.pb.h>

namespace {

void set_time(google::protobuf::Timestamp& place, std::string_view text) { rpc::set_time(place, *base::parse_rfc3339(text)); }

template <class Message>
void add_distributions(Message& message) {
  message.set_total(6);
  for (const auto& [status, count] : {std::pair{"pending", 1}, std::pair{"active", 2}, std::pair{"done", 3}, std::pair{"archived", 0}}) {
    auto& item = *message.add_status_counts();
    item.set_status(status);
    item.set_count(count);
  }
  for (const auto& [owner, count] : {std::pair{"王 \"W\"", 4}, std::pair{"b", 1}}) {
    auto& item = *message.add_owner_counts();
    item.set_owner(owner);
    item.set_count(count);
  }
  message.set_owners_total(3);
  message.set_other_owners_count(1);
  set_time(*message.mutable_as_of(), "2025-01-31T12:00:00.5Z");
}

const std::string distributions =
    R"("total":6,"status_counts":{"pending":1,"active":2,"done":3,"archived":0},"owner_counts":{"王 \"W\"":4,"b":1},"owners_total":3,"other_owners_count":1,"as_of":"2025-01-31T12:00:00.500000Z")";

std::string summary_text(const analytics::v1::Summary& summary) {
  std::string out;
  json::append_summary(out, summary);
  return out;
}

std::string progress_text(const analytics::v1::Progress& progress) {
  std::string out;
  json::append_progress(out, progress);
  return out;
}

std::string topology_text(const cluster::v1::GetTopologyResponse& topology) {
  std::string out;
  json::append_topology(out, topology);
  return out;
}

}  // namespace

TEST_CASE("a summary by Flink names its job and no reason") {
  analytics::v1::Summary summary;
  add_distributions(summary);
  summary.set_engine("flink");
  summary.set_job_name("records \"job\"");
  summary.set_job_id("a1b2");
  summary.set_job_url("http://flink:8081/#/job/a1b2");
  summary.set_parallelism(2);
  summary.set_duration_ms(1234);
  set_time(*summary.mutable_generated_at(), "2025-01-31T12:00:01Z");
  CHECK(summary_text(summary) ==
        R"({"engine":"flink","job_name":"records \"job\"","job_id":"a1b2","job_url":"http://flink:8081/#/job/a1b2","parallelism":2,)" +
            distributions + R"(,"generated_at":"2025-01-31T12:00:01.000000Z","duration_ms":1234})");
}

TEST_CASE("a summary by SQL says why, and has no job") {
  analytics::v1::Summary summary;
  add_distributions(summary);
  summary.set_engine("sql_fallback");
  summary.set_job_name("job");
  summary.set_parallelism(1);
  summary.set_fallback_reason("Flink is away\n");
  set_time(*summary.mutable_generated_at(), "2025-01-31T12:00:01Z");
  CHECK(summary_text(summary) ==
        R"({"engine":"sql_fallback","job_name":"job","parallelism":1,)" + distributions +
            R"(,"generated_at":"2025-01-31T12:00:01.000000Z","duration_ms":0,"fallback_reason":"Flink is away\n"})");
}

TEST_CASE("live counts are the distributions alone") {
  analytics::v1::WatchCountsResponse counts;
  std::string out;
  json::append_counts(out, counts);
  CHECK(
      out ==
      R"({"total":0,"status_counts":{},"owner_counts":{},"owners_total":0,"other_owners_count":0,"as_of":"1970-01-01T00:00:00.000000Z"})");
  add_distributions(counts);
  out.clear();
  json::append_counts(out, counts);
  CHECK(out == "{" + distributions + "}");
}

TEST_CASE("progress leaves out what is not known, a percentage has one decimal") {
  analytics::v1::Progress progress;
  progress.set_stage("reading");
  CHECK(progress_text(progress) == R"({"stage":"reading","records_read":0})");
  progress.set_records_read(5'000'000'000);
  progress.set_job_id("a1");
  for (const auto& [percent, text] :
       {std::pair{0.0, "0.0"}, std::pair{0.19, "0.1"}, std::pair{12.5, "12.5"}, std::pair{99.99, "99.9"}, std::pair{100.0, "100.0"}}) {
    progress.set_percent(percent);
    CHECK(progress_text(progress) ==
          R"({"stage":"reading","records_read":5000000000,"percent":)" + std::string(text) + R"(,"job_id":"a1"})");
  }
}

TEST_CASE("topology: each node with its role, lag, pool and fault") {
  cluster::v1::GetTopologyResponse topology;
  CHECK(topology_text(topology) == R"({"dialect":"","version":"","nodes":[]})");
  topology.set_dialect("postgresql");
  topology.set_version("1.2.3");
  set_time(*topology.mutable_checked_at(), "2025-01-31T12:00:00Z");
  auto& primary = *topology.add_nodes();
  primary.set_name("db-1:5432");
  primary.set_role(cluster::v1::ROLE_PRIMARY);
  primary.set_lsn("16/B374D848");
  primary.set_round_trip_us(250);
  primary.set_timeline(3);
  auto& pool = *primary.mutable_pool();
  pool.set_size(5), pool.set_idle(3), pool.set_in_use(2), pool.set_waiting(1), pool.set_max(16);
  auto& standby = *topology.add_nodes();
  standby.set_name("db-2:5432");
  standby.set_role(cluster::v1::ROLE_STANDBY);
  standby.set_read_only(true);
  standby.set_lsn("16/B374D000");
  standby.set_replay_lag_bytes(2120);
  standby.set_replay_lag_ms(15);
  auto& lost = *topology.add_nodes();
  lost.set_name("db-3:5432");
  lost.set_role(cluster::v1::ROLE_UNREACHABLE);
  lost.set_error("connection \"refused\"");
  CHECK(
      topology_text(topology) ==
      R"({"dialect":"postgresql","version":"1.2.3","checked_at":"2025-01-31T12:00:00.000000Z","nodes":[)"
      R"({"name":"db-1:5432","role":"primary","read_only":false,"lsn":"16/B374D848","replay_lag_bytes":0,"replay_lag_ms":0,"round_trip_us":250,"timeline":3,"pool":{"size":5,"idle":3,"in_use":2,"waiting":1,"max":16}},)"
      R"({"name":"db-2:5432","role":"standby","read_only":true,"lsn":"16/B374D000","replay_lag_bytes":2120,"replay_lag_ms":15,"round_trip_us":0,"timeline":0},)"
      R"({"name":"db-3:5432","role":"unreachable","read_only":false,"lsn":"","replay_lag_bytes":0,"replay_lag_ms":0,"round_trip_us":0,"timeline":0,"error":"connection \"refused\""}]})");
}

TEST_CASE("topology: a role that is not known is said to be so") {
  cluster::v1::Node node;
  CHECK(json::role_name(node) == "unknown");
}
