// Lines of an export: what they look like, and that an import reads them back.
#include "rows/writer.hpp"

#include "rpc/proto_time.hpp"

#include "support/catch.hpp"

using rows::Format;
using rows::ImportReader;
using rows::Writer;
namespace v1 = records::v1;

namespace {

v1::Record record(std::string title, std::string owner, v1::Status status = v1::STATUS_ACTIVE, std::string description = "") {
  v1::Record record;
  record.set_id(9'007'199'254'740'993);
  record.set_title(std::move(title));
  record.set_owner(std::move(owner));
  record.set_status(status);
  record.set_description(std::move(description));
  rpc::set_time(*record.mutable_created_at(), *base::parse_rfc3339("2024-02-29T23:59:59.000001Z"));
  rpc::set_time(*record.mutable_updated_at(), *base::parse_rfc3339("2025-01-01T00:00:00Z"));
  record.set_version(3);
  return record;
}

std::string written(Format format, std::string_view fields, const std::vector<v1::Record>& records) {
  const auto writer = Writer::make(format, fields);
  REQUIRE(writer);
  std::string out;
  writer->append_header(out);
  for (const v1::Record& item : records) writer->append(out, item);
  return out;
}

std::vector<v1::Record> nasty() {
  return {record("a", "b"), record("comma, \"quote\"", "中文 \xf0\x9f\xa6\x84", v1::STATUS_PENDING, "line\nline\r\nline\rend\r"),
          record("\"", ",", v1::STATUS_DONE, "\n"), record(" blanks ", "\\back\\slash", v1::STATUS_ARCHIVED, std::string("\x01\x1f\x7f\t")),
          record("=1+1", "\"\"", v1::STATUS_ACTIVE, std::string(10'000, '"'))};
}

}  // namespace

TEST_CASE("an export is imported as it was, in both formats and any order of fields") {
  for (const Format format : {Format::csv, Format::ndjson})
    for (const std::string_view fields : {"", "title,owner,status,description", "description,version,owner,status,title,id"}) {
      CAPTURE(fields);
      const std::string file = written(format, fields, nasty());
      ImportReader reader(format, v1::IMPORT_MODE_ATOMIC);
      v1::ImportRequest message;
      reader.put(file);
      CHECK_FALSE(reader.fill(message));
      reader.end();
      REQUIRE(reader.fill(message));
      CHECK(message.rejected_size() == 0);
      const auto records = nasty();
      REQUIRE(message.rows_size() == static_cast<int>(records.size()));
      for (int i = 0; i < message.rows_size(); ++i) {
        const v1::Record& sent = records[static_cast<std::size_t>(i)];
        const v1::NewRecord& read = message.rows(i).record();
        CHECK(read.title() == sent.title());
        CHECK(read.owner() == sent.owner());
        CHECK(read.status() == sent.status());
        CHECK(read.description() == sent.description());
      }
    }
}

TEST_CASE("all fields in their order, where none are chosen") {
  CHECK(written(Format::csv, "", {record("t", "o")}) ==
        "id,title,owner,status,description,created_at,updated_at,version\n"
        "9007199254740993,t,o,active,,2024-02-29T23:59:59.000001Z,2025-01-01T00:00:00.000000Z,3\n");
  const std::string line =
      R"({"id":9007199254740993,"title":"t","owner":"o","status":"active","description":"","created_at":"2024-02-29T23:59:59.000001Z","updated_at":"2025-01-01T00:00:00.000000Z","version":3})"
      "\n";
  CHECK(written(Format::ndjson, "", {record("t", "o")}) == line);
  CHECK(written(Format::ndjson, "id,title,owner,status,description,created_at,updated_at,version", {record("t", "o")}) == line);
}

TEST_CASE("chosen fields stand in the order they were asked for") {
  CHECK(written(Format::csv, "version,title", {record("t", "o"), record("u", "o")}) == "version,title\n3,t\n3,u\n");
  CHECK(written(Format::ndjson, "version,title", {record("t", "o")}) == "{\"version\":3,\"title\":\"t\"}\n");
  CHECK(
      written(Format::ndjson, "version,updated_at,created_at,description,status,owner,title,id", {record("t", "o")}) ==
      R"({"version":3,"updated_at":"2025-01-01T00:00:00.000000Z","created_at":"2024-02-29T23:59:59.000001Z","description":"","status":"active","owner":"o","title":"t","id":9007199254740993})"
      "\n");
  CHECK(written(Format::ndjson, "status", {record("t", "o")}) == "{\"status\":\"active\"}\n");
  CHECK(written(Format::csv, "id", {}) == "id\n");
  CHECK(written(Format::ndjson, "id", {}).empty());
}

TEST_CASE("CSV: quotes only where a reader needs them") {
  const auto field = [](std::string text) {
    return written(Format::csv, "owner,title", {record(std::move(text), "")}).substr(std::string_view("owner,title\n,").size());
  };
  CHECK(field("plain 'text'; with | signs\t") == "plain 'text'; with | signs\t\n");
  CHECK(field(" blanks ") == " blanks \n");
  CHECK(field("中文") == "中文\n");
  CHECK(field("a,b") == "\"a,b\"\n");
  CHECK(field("say \"a\"") == "\"say \"\"a\"\"\"\n");
  CHECK(field("a\nb") == "\"a\nb\"\n");
  CHECK(field("a\r") == "\"a\r\"\n");
}

TEST_CASE("CSV: a row of one empty field is no blank line, which readers pass over") {
  CHECK(written(Format::csv, "description", {record("t", "o"), record("t", "o", v1::STATUS_DONE, "d")}) == "description\n\"\"\nd\n");
}

TEST_CASE("a list of fields that is none is refused by name") {
  for (const std::string_view fields :
       {"colour", "id,colour", "id,id", "id,", ",id", "id,,title", ",", "Id", " id", "id, title", "id title", "id;title"})
    for (const Format format : {Format::csv, Format::ndjson}) {
      CAPTURE(fields);
      const auto writer = Writer::make(format, fields);
      REQUIRE(writer.has_error());
      CHECK(writer.error().code == base::Code::invalid_argument);
      REQUIRE(writer.error().fields.size() == 1);
      CHECK(writer.error().fields[0].field == "fields");
    }
}
