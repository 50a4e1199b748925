// records-service as it lives: it serves, logs, listens to signals, ends in order, and loses nothing when it is killed.
#include "program.hpp"

#include "support/catch.hpp"

#include <sqlite3.h>

#include <csignal>

namespace json = boost::json;

namespace {

const Settings on_file{{"DATABASE_URL", "sqlite:///records.db"}, {"RECORDS_LISTEN", "127.0.0.1:0"}};

grpc::Status get(Program& program, std::int64_t id, v1::GetResponse& response, const std::string& traceparent = {}) {
  grpc::ClientContext context;
  if (!traceparent.empty()) context.AddMetadata("traceparent", traceparent);
  v1::GetRequest request;
  request.set_id(id);
  return v1::RecordsService::NewStub(program.channel())->Get(&context, request, &response);
}

/// Something that the log tells at level debug: text that is no UTF-8.
void send_nonsense(Program& program) {
  grpc::ClientContext context;
  v1::CreateRequest request;
  request.mutable_record()->set_title("caf\xe9");
  v1::CreateResponse response;
  CHECK_FALSE(v1::RecordsService::NewStub(program.channel())->Create(&context, request, &response).ok());
}

void break_database(const std::string& path) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  CHECK(sqlite3_exec(database, "DROP TABLE records", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_CASE("it serves, and ends with 0 on SIGTERM and on SIGINT; every line of its log is JSON") {
  for (const int number : {SIGTERM, SIGINT}) {
    const Folder folder;
    Program program(folder, {}, on_file);
    const v1::Record made = create(*program.channel(), "one");
    v1::GetResponse response;
    CHECK(get(program, made.id(), response).ok());
    CHECK(response.record().title() == "one");
    program.signal(number);
    CHECK(program.wait() == 0);
    CHECK(program.out.empty());
    const auto lines = log_lines(program.err);
    REQUIRE(lines.size() >= 3);
    CHECK(lines.front().at("msg").as_string() == "serving");
    CHECK(lines.front().at("version").as_string() == RECORDS_VERSION);
    CHECK(lines[lines.size() - 2].at("msg").as_string() == "draining");
    CHECK(lines.back().at("msg").as_string() == "stopped");
  }
}

TEST_CASE("a client's open stream does not hold its end") {
  const Folder folder;
  Settings settings = on_file;
  settings["DRAIN_MS"] = "600000";
  Program program(folder, {}, settings);
  grpc::ClientContext context;
  const auto stream = v1::RecordsService::NewStub(program.channel())->Execute(&context);
  v1::ExecuteRequest message;
  message.add_calls()->mutable_get()->set_id(1);
  v1::ExecuteResponse answer;
  REQUIRE(stream->Write(message));
  REQUIRE(stream->Read(&answer));
  program.signal(SIGTERM);
  CHECK_FALSE(stream->Read(&answer));
  CHECK(stream->Finish().error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(program.wait() == 0);
}

TEST_CASE("what it has acknowledged is there after kill -9, records and idempotency keys") {
  const Folder folder;
  std::vector<v1::Record> made;
  {
    Program program(folder, {}, on_file);
    const auto channel = program.channel();
    for (int i = 0; i < 20; ++i) made.push_back(create(*channel, "number " + std::to_string(i), "key " + std::to_string(i)));
    program.signal(SIGKILL);
    CHECK(program.wait() == -SIGKILL);
  }
  Program program(folder, {}, on_file);
  const auto channel = program.channel();
  for (int i = 0; i < 20; ++i) {
    v1::GetResponse response;
    REQUIRE(get(program, made[i].id(), response).ok());
    CHECK(response.record().SerializeAsString() == made[i].SerializeAsString());
    CHECK(create(*channel, "number " + std::to_string(i), "key " + std::to_string(i)).id() == made[i].id());
  }
}

TEST_CASE("a failure inside is logged with the caller's trace, and the caller learns nothing of it") {
  const Folder folder;
  Program program(folder, {}, on_file);
  create(*program.channel(), "one");
  break_database(folder.file());
  const std::string trace = "0af7651916cd43dd8448eb211c80319c", traceparent = "00-" + trace + "-b7ad6b7169203331-01";
  v1::GetResponse response;
  const grpc::Status status = get(program, 1, response, traceparent);
  CHECK(status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(status.error_message() == "internal error");
  CHECK(status.error_details().find("records") == std::string::npos);
  const json::object line = program.wait_for("call failed");
  CHECK(line.at("level").as_string() == "error");
  CHECK(line.at("trace_id").as_string() == trace);
  CHECK(line.at("code").as_string() == "INTERNAL");
  CHECK(line.at("detail").as_string().find("records") != json::string::npos);
}

TEST_CASE("a failure of a call in the batched stream is logged with that call's trace") {
  const Folder folder;
  Program program(folder, {}, on_file);
  create(*program.channel(), "one");
  break_database(folder.file());
  grpc::ClientContext context;
  const auto stream = v1::RecordsService::NewStub(program.channel())->Execute(&context);
  v1::ExecuteRequest message;
  message.add_calls()->mutable_get()->set_id(1);
  message.mutable_calls(0)->set_traceparent("00-11111111111111111111111111111111-b7ad6b7169203331-01");
  REQUIRE(stream->Write(message));
  v1::ExecuteResponse answer;
  REQUIRE(stream->Read(&answer));
  CHECK(answer.replies(0).error().code() == grpc::StatusCode::INTERNAL);
  CHECK(program.wait_for("call failed").at("trace_id").as_string() == "11111111111111111111111111111111");
}

TEST_CASE("SIGUSR1 makes the log of a running program say more") {
  const Folder folder;
  Program program(folder, {}, on_file);
  send_nonsense(program);
  create(*program.channel(), "one");
  CHECK_FALSE(program.has_said("Protobuf says"));
  program.signal(SIGUSR1);
  for (int i = 0; i < 1000 && !program.has_said("Protobuf says"); ++i) send_nonsense(program);
  CHECK(program.wait_for("Protobuf says").at("level").as_string() == "debug");
}

TEST_CASE("SIGUSR2 makes it say less") {
  const Folder folder;
  Program program(folder, {}, on_file);
  program.wait_for("serving");
  program.signal(SIGUSR2);
  program.signal(SIGTERM);
  CHECK(program.wait() == 0);
  CHECK_FALSE(program.has_said("stopped"));
}
