// records-service as a process on a cluster: its schema, its demonstration records, its log.
#include "program.hpp"
#include "sandbox.hpp"

#include "support/catch.hpp"

#include <csignal>

namespace {

Settings settings(const Sandbox& sandbox, const std::string& level = "info") {
  return {{"DATABASE_URL", sandbox.url()}, {"RECORDS_LISTEN", "127.0.0.1:0"}, {"LOG_LEVEL", level}};
}

/// How many migrations a `migrate` says it has applied.
std::int64_t applied(const std::string& log) {
  const auto lines = log_lines(log);
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.back().at("msg").as_string() == "the schema is up to date");
  return lines.back().at("applied").as_int64();
}

void check_no_password(const Sandbox& sandbox, const Program& program) {
  REQUIRE_FALSE(sandbox.password().empty());
  CHECK(program.err.find(sandbox.password()) == std::string::npos);
  CHECK(program.out.find(sandbox.password()) == std::string::npos);
}

}  // namespace

TEST_CASE("migrate on a cluster makes the schema, and does nothing the second time", "[cluster]") {
  const Sandbox sandbox;
  const Ended first = run({"migrate"}, settings(sandbox)), second = run({"migrate"}, settings(sandbox));
  CHECK(first.code == 0);
  CHECK(applied(first.err) >= 1);
  CHECK(second.code == 0);
  CHECK(applied(second.err) == 0);
  CHECK(sandbox.number("SELECT count(*) FROM schema_migrations") == applied(first.err));
  CHECK(sandbox.number("SELECT count(*) FROM records") == 0);
}

TEST_CASE("many that migrate side by side take turns, and one of them does it", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  std::vector<std::unique_ptr<Program>> programs;
  for (int i = 0; i < 6; ++i) programs.push_back(std::make_unique<Program>(folder, Arguments{"migrate"}, settings(sandbox)));
  std::int64_t all = 0;
  for (const auto& program : programs) {
    CHECK(program->wait() == 0);
    all += applied(program->err);
  }
  CHECK(all >= 1);
  CHECK(sandbox.number("SELECT count(*) FROM schema_migrations") == all);
}

TEST_CASE("demo on a cluster stores exactly so many, and shows how far it is", "[cluster]") {
  const Sandbox sandbox;
  const Ended ended = run({"demo", "2345"}, settings(sandbox));
  CHECK(ended.code == 0);
  CHECK(ended.err.find("demo records: 1000 of 2345 (42 %)") != std::string::npos);
  CHECK(ended.err.ends_with("demo records: 2345 of 2345 (100 %)\n"));
  CHECK(sandbox.number("SELECT count(*) FROM records") == 2345);
  CHECK(sandbox.number("SELECT count(DISTINCT title) FROM records") == 2345);
}

TEST_CASE("it serves on a cluster, ends with 0 on SIGTERM, and its log never shows the password", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  Program program(folder, {}, settings(sandbox, "trace"));
  const v1::Record made = create(*program.channel(), "one", "a key");
  CHECK(create(*program.channel(), "one", "a key").id() == made.id());
  CHECK(sandbox.number("SELECT count(*) FROM records WHERE title = 'one'") == 1);
  program.signal(SIGTERM);
  CHECK(program.wait() == 0);
  const auto lines = log_lines(program.err);
  CHECK(lines.back().at("msg").as_string() == "stopped");
  check_no_password(sandbox, program);
}

TEST_CASE("what it has acknowledged on a cluster is there after kill -9", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  {
    Program program(folder, {}, settings(sandbox));
    const auto channel = program.channel();
    for (int i = 0; i < 20; ++i) create(*channel, "number " + std::to_string(i), "key " + std::to_string(i));
    program.signal(SIGKILL);
    CHECK(program.wait() == -SIGKILL);
  }
  CHECK(sandbox.number("SELECT count(*) FROM records") == 20);
  Program program(folder, {}, settings(sandbox));
  const auto channel = program.channel();
  for (int i = 0; i < 20; ++i) create(*channel, "number " + std::to_string(i), "key " + std::to_string(i));
  CHECK(sandbox.number("SELECT count(*) FROM records") == 20);
}

TEST_CASE("idempotency keys beyond their time are removed, however many, and may be used again", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  Settings briefly = settings(sandbox);
  briefly["IDEMPOTENCY_TTL_HOURS"] = "1";
  std::int64_t first = 0;
  {
    Program program(folder, {}, briefly);
    first = create(*program.channel(), "one", "old").id();
    create(*program.channel(), "two", "young");
  }
  sandbox.number(
      "UPDATE idempotency_keys SET created_at = now() - interval '61 minutes' WHERE key = 'old'; INSERT INTO idempotency_keys (key, "
      "fingerprint,"
      " record_id, created_at) SELECT 'k' || n, '', n, now() - interval '2 hours' FROM generate_series(1, 12000) n; SELECT 1");
  Program program(folder, {}, briefly);
  const auto channel = program.channel();
  while (sandbox.number("SELECT count(*) FROM idempotency_keys") > 1) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(sandbox.number("SELECT count(*) FROM idempotency_keys WHERE key = 'young'") == 1);
  CHECK(create(*channel, "one", "old").id() != first);
  CHECK(sandbox.number("SELECT count(*) FROM records") == 3);
}

TEST_CASE("records-service starts without a primary, where a standby has the schema", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  REQUIRE(run({"migrate"}, settings(sandbox)).code == 0);
  Settings standby = settings(sandbox);
  standby["DATABASE_URL"] = sandbox.standby_url();
  Program program(folder, {}, standby);
  const auto stub = v1::RecordsService::NewStub(program.channel());
  grpc::ClientContext read, write;
  v1::ListResponse listed;
  CHECK(stub->List(&read, v1::ListRequest(), &listed).ok());
  v1::CreateRequest request;
  v1::CreateResponse response;
  request.mutable_record()->set_title("t");
  request.mutable_record()->set_owner("o");
  write.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(300));
  CHECK_FALSE(stub->Create(&write, request, &response).ok());
}

TEST_CASE("a wrong password is said without showing it, and the start is given up", "[cluster]") {
  const Sandbox sandbox;
  const Folder folder;
  Settings wrong = settings(sandbox, "trace");
  REQUIRE_FALSE(sandbox.password().empty());
  std::string& url = wrong["DATABASE_URL"];
  // In the address it stands before a password file.
  if (const auto at = url.find(":" + sandbox.password() + "@"); at != std::string::npos) url.erase(at, sandbox.password().size() + 1);
  url.insert(url.find('@'), ":wrong-hidden");
  Program program(folder, {"migrate"}, wrong);
  const auto line = program.wait_for("node changed");
  CHECK(line.at("is").as_string() == "unreachable");
  CHECK(line.at("reason").as_string().find("password authentication failed") != boost::json::string::npos);
  program.signal(SIGTERM);
  program.wait();
  CHECK(program.err.find("hidden") == std::string::npos);
}
