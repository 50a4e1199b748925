// Summarize: the figures, the engines and their reasons, bad requests.
#include "deployment.hpp"

#include "rpc/proto_time.hpp"
#include "rpc/status.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <limits>

using records::Status;

namespace {

records::NewRecord draft(const std::string& owner, Status status) { return {.title = "t", .owner = owner, .status = status}; }

std::int64_t listed(const v1::Summary& summary) {
  std::int64_t sum = 0;
  for (const auto& owner : summary.owner_counts()) sum += owner.count();
  return sum;
}

void check_invalid(const grpc::Status& status, const std::string& field) {
  const base::Error error = rpc::from_grpc(status);
  CHECK(error.code == base::Code::invalid_argument);
  REQUIRE(error.fields.size() == 1);
  CHECK(error.fields[0].field == field);
}

}  // namespace

TEST_CASE("a summary counts what the store holds, and follows every write") {
  Deployment deployment;
  const auto before = *deployment.ask(v1::ENGINE_SQL, analytics::limits::owners).summary;
  const std::string ann = contract::unique("ann"), bob = contract::unique("bob 中文 'quoted'");
  const auto made = deployment.create({draft(ann, Status::active), draft(ann, Status::active), draft(ann, Status::done),
                                       draft(bob, Status::pending), draft(bob, Status::archived)});

  const auto after = deployment.summary_with(before.total() + 5);
  CHECK(owners_of(after)[ann] == 3);
  CHECK(owners_of(after)[bob] == 2);
  CHECK(after.owners_total() == before.owners_total() + 2);
  auto was = statuses_of(before), is = statuses_of(after);
  CHECK(is.size() == 4);
  CHECK(is["active"] == was["active"] + 2);
  CHECK(is["done"] == was["done"] + 1);
  CHECK(is["pending"] == was["pending"] + 1);
  CHECK(is["archived"] == was["archived"] + 1);
  CHECK(is["active"] + is["done"] + is["pending"] + is["archived"] == after.total());
  CHECK(listed(after) + after.other_owners_count() == after.total());

  deployment.change(made[0].id, {.owner = bob, .status = Status::done});
  deployment.create({draft(bob, Status::done)});
  const auto last = deployment.summary_with(before.total() + 6);
  CHECK(owners_of(last)[ann] == 2);
  CHECK(owners_of(last)[bob] == 4);
  CHECK(statuses_of(last)["active"] == was["active"] + 1);
}

TEST_CASE("a summary says how, when and how long") {
  Deployment deployment({.job_name = "figures"});
  const auto began = base::now();
  const auto answer = deployment.ask(v1::ENGINE_SQL);
  REQUIRE(answer.status.ok());
  REQUIRE(answer.summary);
  const v1::Summary& summary = *answer.summary;
  CHECK(summary.engine() == "sql_fallback");
  CHECK(summary.job_name() == "figures");
  CHECK(summary.job_id().empty());
  CHECK(summary.job_url().empty());
  CHECK(summary.parallelism() == 1);
  CHECK(summary.fallback_reason().empty());
  CHECK(summary.duration_ms() >= 1);
  CHECK(summary.duration_ms() < 20'000);
  CHECK(rpc::get_time(summary.generated_at()) >= began);
  CHECK(rpc::get_time(summary.as_of()) <= rpc::get_time(summary.generated_at()));
  CHECK(rpc::get_time(summary.as_of()) > began - std::chrono::minutes(1));
  REQUIRE(answer.progress.size() == 2);
  CHECK(answer.progress[0].stage() == "reading");
  CHECK_FALSE(answer.progress[0].has_percent());
  CHECK(answer.progress[1].stage() == "finishing");
  CHECK(answer.progress[1].records_read() == summary.total());
  CHECK(answer.progress[1].percent() == 100);
}

TEST_CASE("owners: most first, then by name in code point order, whatever the limit") {
  Deployment deployment;
  const auto before = *deployment.ask(v1::ENGINE_SQL).summary;
  const std::string stem = contract::unique("tie");
  // Capitals stand before small letters, both before what lies beyond ASCII: not the order of a dictionary.
  std::vector<records::NewRecord> drafts;
  for (const char* const letter : {"b", "A", "é", "a", "B", "中", "_", "Z"}) drafts.push_back(draft(letter + stem, Status::active));
  drafts.push_back(draft("z" + stem, Status::active));
  drafts.push_back(draft("z" + stem, Status::done));
  deployment.create(drafts);
  const auto all = deployment.summary_with(before.total() + 10);
  const auto& owners = all.owner_counts();
  for (int i = 1; i < owners.size(); ++i) {
    const bool ordered = owners[i - 1].count() > owners[i].count() ||
                         (owners[i - 1].count() == owners[i].count() && owners[i - 1].owner() < owners[i].owner());
    CHECK(ordered);
  }
  for (int limit = 1; limit <= std::min(owners.size(), 15); ++limit) {
    const auto some = *deployment.ask(v1::ENGINE_SQL, limit).summary;
    REQUIRE(some.owner_counts_size() == limit);
    for (int i = 0; i < limit; ++i) CHECK(some.owner_counts(i).owner() == owners[i].owner());
    CHECK(some.owners_total() == all.owners_total());
    CHECK(listed(some) + some.other_owners_count() == some.total());
  }
}

TEST_CASE("without a limit a hundred owners are listed") {
  Deployment deployment;
  const auto before = *deployment.ask(v1::ENGINE_SQL).summary;
  const std::string stem = contract::unique("many");
  std::vector<records::NewRecord> drafts;
  for (int i = 0; i < 101; ++i) drafts.push_back(draft(stem + std::to_string(i), Status::done));
  deployment.create(drafts);
  deployment.summary_with(before.total() + 101);
  const auto summary = *deployment.ask(v1::ENGINE_SQL).summary;
  CHECK(summary.owner_counts_size() == 100);
  CHECK(summary.owners_total() >= 101);
  CHECK(summary.other_owners_count() >= 1);
}

TEST_CASE("an empty store has four statuses with 0", "[empty]") {
  Deployment deployment;
  const auto summary = *deployment.ask(v1::ENGINE_SQL).summary;
  CHECK(summary.total() == 0);
  CHECK(statuses_of(summary) == std::map<std::string, std::int64_t>{{"pending", 0}, {"active", 0}, {"done", 0}, {"archived", 0}});
  CHECK(summary.owner_counts().empty());
  CHECK(summary.owners_total() == 0);
}

TEST_CASE("without Flink: AUTO answers by SQL and says why, FLINK is unavailable") {
  Deployment deployment;
  const std::string reason = "Flink is not configured (FLINK_SQL_GATEWAY_URL is empty)";
  for (const v1::Engine engine : {v1::ENGINE_AUTO, v1::ENGINE_UNSPECIFIED}) {
    const auto answer = deployment.ask(engine);
    REQUIRE(answer.summary);
    CHECK(answer.summary->engine() == "sql_fallback");
    CHECK(answer.summary->fallback_reason() == reason);
  }
  const auto refused = deployment.ask(v1::ENGINE_FLINK);
  CHECK(refused.status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(refused.status.error_message() == reason);
  CHECK_FALSE(refused.summary);

  grpc::ClientContext context;
  v1::GetEngineStatusResponse status;
  REQUIRE(deployment.analytics().GetEngineStatus(&context, {}, &status).ok());
  CHECK(status.flink() == "disabled");
  CHECK(status.flink_detail() == reason);
  CHECK(status.job_name() == "records-summary");
}

TEST_CASE("with a Flink that is not there: AUTO answers all the same, with the address and the cause") {
  Deployment deployment({.sql_gateway_url = "http://127.0.0.1:1"});
  const auto answer = deployment.ask(v1::ENGINE_AUTO);
  REQUIRE(answer.summary);
  CHECK(answer.summary->engine() == "sql_fallback");
  CHECK(answer.summary->fallback_reason() == "Flink does not answer at http://127.0.0.1:1: Connection refused");
  REQUIRE(answer.progress.size() == 3);
  CHECK(answer.progress[0].stage() == "connecting");
  CHECK(deployment.ask(v1::ENGINE_FLINK).status.error_code() == grpc::StatusCode::UNAVAILABLE);
  grpc::ClientContext context;
  v1::GetEngineStatusResponse status;
  REQUIRE(deployment.analytics().GetEngineStatus(&context, {}, &status).ok());
  CHECK(status.flink() == "down");
}

TEST_CASE("bad requests name their field") {
  Deployment deployment;
  for (const int limit : {-1, 10'001, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()})
    check_invalid(deployment.ask(v1::ENGINE_SQL, limit).status, "owner_limit");
  check_invalid(deployment.ask(static_cast<v1::Engine>(99)).status, "engine");
  CHECK(deployment.ask(v1::ENGINE_SQL, 1).status.ok());
  CHECK(deployment.ask(v1::ENGINE_SQL, 10'000).status.ok());
}

TEST_CASE("many summaries at once are all answered") {
  Deployment deployment;
  std::vector<std::thread> clients;
  std::atomic<int> answered = 0;
  for (int i = 0; i < 16; ++i)
    clients.emplace_back([&] {
      grpc::ClientContext context;
      v1::SummarizeRequest request;
      request.set_engine(v1::ENGINE_SQL);
      const auto reader = deployment.analytics().Summarize(&context, request);
      bool summary = false;
      for (v1::SummarizeResponse message; reader->Read(&message);) summary = message.has_summary();
      answered += reader->Finish().ok() && summary;
    });
  for (auto& client : clients) client.join();
  CHECK(answered == 16);
}

TEST_CASE("a caller that leaves early does no harm") {
  Deployment deployment;
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext context;
    const auto reader = deployment.analytics().Summarize(&context, {});
    if (i % 2 == 0) {
      v1::SummarizeResponse first;
      CHECK(reader->Read(&first));
    }
    context.TryCancel();
    CHECK(reader->Finish().error_code() == grpc::StatusCode::CANCELLED);
  }
  CHECK(deployment.ask().status.ok());
}
