// Import: what is kept, what is reported, and that an import which is not whole is no import.
#include "deployment.hpp"

#include "support/catch.hpp"

namespace {

/// One import under way.
struct Importer {
  explicit Importer(Deployment& at) : deployment(at), writer(at.stub().Import(&context, &response)) {}

  bool send(const v1::ImportRequest& message) { return writer->Write(message); }
  grpc::Status finish() {
    writer->WritesDone();
    grpc::Status status = writer->Finish();
    deployment.saw(trailers_of(context)["x-consistency-token"]);
    return status;
  }

  Deployment& deployment;
  Context context;
  v1::ImportResponse response;
  std::unique_ptr<grpc::ClientWriter<v1::ImportRequest>> writer;
};

void add_row(v1::ImportRequest& message, std::int64_t line, const v1::NewRecord& record) {
  auto* const row = message.add_rows();
  row->set_line(line);
  *row->mutable_record() = record;
}

/// `count` good rows, from line `first` on.
v1::ImportRequest rows(const std::string& owner, std::int64_t first, int count, v1::ImportMode mode = v1::IMPORT_MODE_UNSPECIFIED) {
  v1::ImportRequest message;
  message.set_mode(mode);
  for (int i = 0; i < count; ++i) add_row(message, first + i, draft(owner, "line " + std::to_string(first + i), v1::STATUS_DONE, "中文"));
  return message;
}

void check_error(const v1::ImportError& error, std::int64_t line, const std::string& field) {
  CHECK(error.line() == line);
  CHECK(error.field() == field);
  CHECK_FALSE(error.message().empty());
}

}  // namespace

TEST_CASE("messages of a thousand rows are imported, and the caller sees them") {
  for (const v1::ImportMode mode : {v1::IMPORT_MODE_UNSPECIFIED, v1::IMPORT_MODE_PARTIAL, v1::IMPORT_MODE_ATOMIC}) {
    CAPTURE(v1::ImportMode_Name(mode));
    Deployment deployment;
    const std::string owner = deployment.make_owner();
    Importer import(deployment);
    REQUIRE(import.send(rows(owner, 1, 1000, mode)));
    REQUIRE(import.send(rows(owner, 1001, 1000)));
    REQUIRE(import.send({}));
    REQUIRE(import.send(rows(owner, 2001, 7)));
    REQUIRE(import.finish().ok());
    CHECK(import.response.imported() == 2007);
    CHECK(import.response.failed() == 0);
    CHECK(import.response.errors().empty());
    CHECK_FALSE(import.response.errors_truncated());
    const auto all = deployment.all_of(owner);
    REQUIRE(all.size() == 2007);
    for (std::size_t i = 0; i < all.size(); ++i) {
      REQUIRE(all[i].title() == "line " + std::to_string(i + 1));
      REQUIRE(all[i].status() == v1::STATUS_DONE);
      REQUIRE(all[i].description() == "中文");
      REQUIRE(all[i].version() == 1);
    }
  }
}

TEST_CASE("a partial import keeps the good rows and reports every bad field by its line") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  Importer import(deployment);
  v1::ImportRequest message = rows(owner, 2, 1, v1::IMPORT_MODE_PARTIAL);
  add_row(message, 3, draft("", "", static_cast<v1::Status>(99)));
  add_row(message, 4, draft(owner, "good"));
  message.add_rows()->set_line(5);
  REQUIRE(import.send(message));
  v1::ImportRequest second;
  add_row(second, 6, draft(owner, repeat("t", 201)));
  add_row(second, 7, draft(owner, "good, too"));
  REQUIRE(import.send(second));
  REQUIRE(import.finish().ok());
  CHECK(import.response.imported() == 3);
  CHECK(import.response.failed() == 3);
  REQUIRE(import.response.errors_size() == 6);
  check_error(import.response.errors(0), 3, "title");
  check_error(import.response.errors(1), 3, "owner");
  check_error(import.response.errors(2), 3, "status");
  check_error(import.response.errors(3), 5, "title");
  check_error(import.response.errors(4), 5, "owner");
  check_error(import.response.errors(5), 6, "title");
  CHECK(deployment.count(owner) == 3);
}

TEST_CASE("an atomic import with one bad row keeps nothing and reports it, wherever it stands") {
  for (const bool last : {false, true}) {
    CAPTURE(last);
    Deployment deployment;
    const std::string owner = deployment.make_owner();
    Importer import(deployment);
    v1::ImportRequest bad;
    bad.set_mode(v1::IMPORT_MODE_ATOMIC);
    add_row(bad, 9, draft(owner, ""));
    if (!last) REQUIRE(import.send(bad));
    REQUIRE(import.send(rows(owner, 10, 50, v1::IMPORT_MODE_ATOMIC)));
    if (last) REQUIRE(import.send(bad));
    REQUIRE(import.finish().ok());
    CHECK(import.response.imported() == 0);
    CHECK(import.response.failed() == 1);
    REQUIRE(import.response.errors_size() == 1);
    check_error(import.response.errors(0), 9, "title");
    CHECK(deployment.count(owner) == 0);
  }
}

TEST_CASE("lines that the caller could not read count as failed and are reported in the order of lines") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto reject = [](v1::ImportRequest& message, std::int64_t line, const std::string& field) {
    auto* const error = message.add_rejected();
    error->set_line(line);
    error->set_field(field);
    error->set_message("not understood");
  };
  Importer import(deployment);
  v1::ImportRequest message = rows(owner, 1, 2);
  add_row(message, 3, draft(owner, ""));
  reject(message, 5, "");
  reject(message, 2, "status");
  REQUIRE(import.send(message));
  REQUIRE(import.finish().ok());
  CHECK(import.response.imported() == 2);
  CHECK(import.response.failed() == 3);
  REQUIRE(import.response.errors_size() == 3);
  check_error(import.response.errors(0), 2, "status");
  check_error(import.response.errors(1), 3, "title");
  check_error(import.response.errors(2), 5, "");
  CHECK(import.response.errors(2).message() == "not understood");

  Importer atomic(deployment);
  v1::ImportRequest refused = rows(owner, 1, 2, v1::IMPORT_MODE_ATOMIC);
  reject(refused, 3, "");
  REQUIRE(atomic.send(refused));
  REQUIRE(atomic.finish().ok());
  CHECK(atomic.response.imported() == 0);
  CHECK(deployment.count(owner) == 2);
}

TEST_CASE("a line that was rejected for several fields is one failure") {
  Deployment deployment;
  Importer import(deployment);
  v1::ImportRequest message;
  for (const char* const field : {"title", "owner"}) {
    auto* const error = message.add_rejected();
    error->set_line(4);
    error->set_field(field);
    error->set_message("is no text");
  }
  REQUIRE(import.send(message));
  REQUIRE(import.finish().ok());
  CHECK(import.response.failed() == 1);
  CHECK(import.response.errors_size() == 2);
}

TEST_CASE("beyond a thousand reasons only the number of failures goes on") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  Importer import(deployment);
  for (int part = 0; part < 3; ++part) {
    v1::ImportRequest message;
    for (int i = 1; i <= 500; ++i) add_row(message, part * 500 + i, draft(owner, ""));
    REQUIRE(import.send(message));
  }
  REQUIRE(import.send(rows(owner, 1501, 2)));
  REQUIRE(import.finish().ok());
  CHECK(import.response.imported() == 2);
  CHECK(import.response.failed() == 1500);
  CHECK(import.response.errors_truncated());
  REQUIRE(import.response.errors_size() == 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE(import.response.errors(i).line() == i + 1);
}

TEST_CASE("exactly a thousand reasons are all there") {
  Deployment deployment;
  Importer import(deployment);
  v1::ImportRequest message;
  for (int i = 1; i <= 1000; ++i) add_row(message, i, draft("o", ""));
  REQUIRE(import.send(message));
  REQUIRE(import.finish().ok());
  CHECK(import.response.errors_size() == 1000);
  CHECK_FALSE(import.response.errors_truncated());
}

TEST_CASE("an import of nothing is an import") {
  Deployment deployment;
  Importer import(deployment);
  REQUIRE(import.finish().ok());
  CHECK(import.response.imported() == 0);
  CHECK(import.response.failed() == 0);
}
