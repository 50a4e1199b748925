// The counts that are kept beside the records: right under concurrent writers, kill -9, bulk loads and hands other than ours; checked and
// rebuilt by the operator's commands.
#include "program.hpp"
#include "sandbox.hpp"

#include "support/catch.hpp"

#include <csignal>
#include <random>

namespace {

Settings settings(const Sandbox& sandbox) {
  return {{"DATABASE_URL", sandbox.url()}, {"RECORDS_LISTEN", "127.0.0.1:0"}, {"LOG_LEVEL", "info"}};
}

int check(const Sandbox& sandbox) { return run({"check-counts"}, settings(sandbox)).code; }

/// Writes by chance until told to stop, on few owners, so that counts meet. Refusals do not matter here.
class Writer {
 public:
  Writer(std::shared_ptr<grpc::Channel> channel, unsigned seed)
      : stub_(v1::RecordsService::NewStub(std::move(channel))), dice_(seed), thread_([this] { work(); }) {}
  ~Writer() { stop(); }
  void stop() {
    ended_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int done() const { return done_; }

 private:
  std::string owner() { return "owner " + std::to_string(dice_() % 5); }
  v1::Status status() { return static_cast<v1::Status>(1 + dice_() % 4); }

  void work() {
    std::vector<std::int64_t> ids;
    while (!ended_) {
      grpc::ClientContext context;
      grpc::Status outcome;
      const auto what = ids.empty() ? 0 : dice_() % 4;
      const std::size_t which = ids.empty() ? 0 : dice_() % ids.size();
      if (what < 2) {
        v1::CreateRequest request;
        v1::CreateResponse response;
        request.mutable_record()->set_title("t");
        request.mutable_record()->set_owner(owner());
        request.mutable_record()->set_status(status());
        outcome = stub_->Create(&context, request, &response);
        if (outcome.ok()) ids.push_back(response.record().id());
      } else if (what == 2) {
        v1::UpdateRequest request;
        v1::UpdateResponse response;
        request.set_id(ids[which]);
        request.set_owner(owner());
        request.set_status(status());
        outcome = stub_->Update(&context, request, &response);
      } else {
        v1::DeleteRequest request;
        v1::DeleteResponse response;
        request.set_id(ids[which]);
        outcome = stub_->Delete(&context, request, &response);
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(which));
      }
      if (outcome.ok()) ++done_;
    }
  }

  std::unique_ptr<v1::RecordsService::Stub> stub_;
  std::mt19937 dice_;
  std::atomic<bool> ended_{false};
  std::atomic<int> done_{0};
  std::thread thread_;
};

template <class Condition>
void wait_until(Condition condition) {
  while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

std::int64_t total(const std::shared_ptr<grpc::Channel>& channel, const std::string& owner) {
  grpc::ClientContext context;
  context.AddMetadata("x-consistency", "strong");
  v1::ListRequest request;
  v1::ListResponse response;
  if (!owner.empty()) request.mutable_filter()->set_owner(owner);
  REQUIRE(v1::RecordsService::NewStub(channel)->List(&context, request, &response).ok());
  return response.total();
}

}  // namespace

TEST_CASE("the counts are right while many write, after kill -9 and after its successor has folded", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  for (int life = 0; life < 3; ++life) {
    Program first(folder, {}, settings(sandbox)), second(folder, {}, settings(sandbox));
    std::vector<std::unique_ptr<Writer>> writers;
    for (unsigned seed = 0; seed < 6; ++seed)
      writers.push_back(std::make_unique<Writer>((seed % 2 ? first : second).channel(), seed + 100 * static_cast<unsigned>(life)));
    const auto done = [&] {
      int sum = 0;
      for (const auto& writer : writers) sum += writer->done();
      return sum;
    };
    for (const int share : {100, 200, 300}) {
      wait_until([&] { return done() >= share; });
      CHECK(check(sandbox) == 0);
    }
    first.signal(SIGKILL);
    first.wait();
    CHECK(check(sandbox) == 0);
    for (const auto& writer : writers) writer->stop();
    wait_until([&] { return sandbox.number("SELECT count(*) FROM record_count_deltas") == 0; });
    CHECK(check(sandbox) == 0);
    CHECK(total(second.channel(), "") == sandbox.number("SELECT count(*) FROM records"));
    CHECK(total(second.channel(), "owner 1") == sandbox.number("SELECT count(*) FROM records WHERE owner = 'owner 1'"));
    CHECK(total(second.channel(), "nobody") == 0);
    second.signal(SIGTERM);
    CHECK(second.wait() == 0);
  }
}

TEST_CASE("whatever writes is counted, and what is undone is not", "[cluster]") {
  const Sandbox sandbox;
  REQUIRE(run({"demo", "2345"}, settings(sandbox)).code == 0);
  CHECK(check(sandbox) == 0);
  const auto sql = [&](const std::string& text) {
    return sandbox.number("WITH done AS (" + text + " RETURNING 1) SELECT count(*) FROM done");
  };
  CHECK(sql("UPDATE records SET status = 'done', owner = 'one' WHERE id % 3 = 0") > 700);
  CHECK(check(sandbox) == 0);
  CHECK(sql("DELETE FROM records WHERE id % 7 = 0") > 300);
  CHECK(check(sandbox) == 0);
  sandbox.number("BEGIN; DELETE FROM records; ROLLBACK; SELECT 1");
  CHECK(check(sandbox) == 0);
  sandbox.number("TRUNCATE records; SELECT 1");
  CHECK(check(sandbox) == 0);
  CHECK(sandbox.number("SELECT coalesce(sum(n), 0)::bigint FROM record_counts") == 0);
}

TEST_CASE("counts that somebody has spoilt are found, told, and rebuilt", "[cluster]") {
  const Sandbox sandbox;
  REQUIRE(run({"demo", "100"}, settings(sandbox)).code == 0);
  sandbox.number("INSERT INTO record_count_deltas VALUES ('nobody', 'done', 7); SELECT 1");
  const Ended found = run({"check-counts"}, settings(sandbox));
  CHECK(found.code == 1);
  const auto lines = log_lines(found.err);
  // Their pair, their owner, their status, all.
  CHECK(lines.back().at("deviations").as_int64() == 4);
  CHECK(found.err.find("\"owner\":\"nobody\",\"status\":\"done\",\"counted\":7,\"there\":0") != std::string::npos);
  CHECK(run({"rebuild-counts"}, settings(sandbox)).code == 0);
  CHECK(check(sandbox) == 0);
}

TEST_CASE("a database from before the counts gets them with its migration", "[cluster]") {
  const Sandbox sandbox;
  REQUIRE(run({"demo", "1000"}, settings(sandbox)).code == 0);
  sandbox.number(
      "DROP TABLE record_counts, record_count_deltas; DROP FUNCTION records_count_added, records_count_removed, records_count_changed, "
      "records_count_none CASCADE; DROP TABLE analytics_runs, flink_counts, flink_pulse, flink_job; DROP FUNCTION flink_counts_seen; "
      "DELETE FROM schema_migrations WHERE version >= 2; SELECT 1");
  REQUIRE(run({"migrate"}, settings(sandbox)).code == 0);
  CHECK(check(sandbox) == 0);
  CHECK(sandbox.number("SELECT n FROM record_counts WHERE owner = '' AND status = ''") == 1000);
}

TEST_CASE("SQLite keeps no counts to check") {
  const Ended ended = run({"check-counts"}, {{"DATABASE_URL", "sqlite:///records.db"}});
  CHECK(ended.code == 2);
  CHECK(ended.err.starts_with("records-service: DATABASE_URL: "));
}
