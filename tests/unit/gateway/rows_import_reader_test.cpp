// Imports as messages: CSV and NDJSON. Every body here is also put in small pieces and must give the same messages.
#include "rows/import_reader.hpp"

#include "json/status.hpp"

#include "support/catch.hpp"

#include "pieces.hpp"

using rows::Format;
using rows::ImportReader;
using namespace std::string_literals;
namespace v1 = records::v1;

namespace {

using Lines = std::vector<std::string>;
using Messages = std::vector<v1::ImportRequest>;

Messages read_in(std::size_t size, Format format, std::string_view body, v1::ImportMode mode) {
  ImportReader reader(format, mode);
  Messages messages;
  v1::ImportRequest message;
  const auto take = [&] {
    while (reader.fill(message)) messages.push_back(std::exchange(message, {}));
  };
  pieces::each(body, size, [&](std::string_view piece) {
    reader.put(piece);
    take();
  });
  reader.end();
  take();
  CHECK(message.rows_size() + message.rejected_size() == 0);
  return messages;
}

/// "3 title|owner|status|description" for a row, "3! field: why" for a line that is none; in the order of their lines.
Lines lines_of(const v1::ImportRequest& message) {
  std::vector<std::pair<std::int64_t, std::string>> lines;
  for (const v1::ImportRow& row : message.rows()) {
    const v1::NewRecord& record = row.record();
    const std::string status = record.status() == v1::STATUS_UNSPECIFIED ? "-" : std::string(json::status_name(record.status()));
    lines.emplace_back(row.line(), " " + record.title() + "|" + record.owner() + "|" + status + "|" + record.description());
  }
  for (const v1::ImportError& error : message.rejected()) lines.emplace_back(error.line(), "! " + error.field() + ": " + error.message());
  std::ranges::stable_sort(lines, {}, &std::pair<std::int64_t, std::string>::first);
  Lines texts;
  for (const auto& [line, text] : lines) texts.push_back(std::to_string(line) + text);
  return texts;
}

Messages messages_of(Format format, std::string_view body, v1::ImportMode mode = v1::IMPORT_MODE_PARTIAL) {
  const Messages whole = read_in(0, format, body, mode);
  for (const std::size_t size : pieces::sizes) {
    const Messages cut = read_in(size, format, body, mode);
    CAPTURE(size);
    REQUIRE(cut.size() == whole.size());
    for (std::size_t i = 0; i < cut.size(); ++i) REQUIRE(cut[i].SerializeAsString() == whole[i].SerializeAsString());
  }
  return whole;
}

Lines read(Format format, std::string_view body) {
  Lines all;
  for (const v1::ImportRequest& message : messages_of(format, body))
    for (std::string& line : lines_of(message)) all.push_back(std::move(line));
  return all;
}

Lines csv(std::string_view body) { return read(Format::csv, body); }
Lines ndjson(std::string_view body) { return read(Format::ndjson, body); }

const std::string header_wanted =
    "1! : the first line must name the columns: title and owner, and where wanted status and description (id, created_at, updated_at and "
    "version are "
    "passed over)";

}  // namespace

// ---- CSV --------------------------------------------------------------------------------------------------------------------------------

TEST_CASE("CSV import: the header says where the fields stand, status and description may be left out") {
  CHECK(csv("title,owner\nt,o\n") == Lines{"2 t|o|-|"});
  CHECK(csv("description,status,owner,title\nd,active,o,t") == Lines{"2 t|o|active|d"});
  CHECK(csv("\xEF\xBB\xBF\"title\",owner\r\n\r\nt,o\r\n") == Lines{"3 t|o|-|"});
  CHECK(csv("title,owner,status,description\n\"a,\"\"b\"\"\",o,,\"x\r\ny\"\nc,o,done,\n") == Lines{"2 a,\"b\"|o|-|x\r\ny", "4 c|o|done|"});
}

TEST_CASE("CSV import: what only the server sets is passed over, whatever it holds") {
  CHECK(csv("id,title,owner,status,description,created_at,updated_at,version\n7,t,o,done,d,\xff,yesterday,many\n") ==
        Lines{"2 t|o|done|d"});
}

TEST_CASE("CSV import: a file without a good header has one fault and no rows") {
  CHECK(csv("") == Lines{header_wanted});
  CHECK(csv("\n\r\n") == Lines{header_wanted});
  CHECK(csv("t,o\nu,o\n") == Lines{header_wanted});
  CHECK(csv("title,owner,colour\nt,o,red\n") == Lines{header_wanted});
  CHECK(csv("Title,owner\nt,o\n") == Lines{header_wanted});
  CHECK(csv("title, owner\nt,o\n") == Lines{header_wanted});
  CHECK(csv("title;owner\nt;o\n") == Lines{header_wanted});
  CHECK(csv("title,owner,\nt,o,\n") == Lines{header_wanted});
  CHECK(csv("title\nt\n") == Lines{"1! owner: is missing among the columns of the first line"});
  CHECK(csv("\nowner,id\no,1\n") == Lines{"2! title: is missing among the columns of the first line"});
  CHECK(csv("title,owner,title\nt,o,u\n") == Lines{"1! title: stands twice among the columns"});
  CHECK(csv("id,title,owner,id\n1,t,o,2\n") == Lines{"1! id: stands twice among the columns"});
  CHECK(csv("title,own\"er\nt,o\n") == Lines{"1! : a quote stands inside a field that is not quoted"});
  CHECK(csv("\"title,owner\nt,o\n") == Lines{"1! : a quoted field has no closing quote"});
}

TEST_CASE("CSV import: a header alone is an import of nothing") { CHECK(csv("title,owner\n").empty()); }

TEST_CASE("CSV import: a bad row is rejected with its line, its neighbours go along") {
  CHECK(csv("title,owner\na,o\nb\nc,o,x\nd,\"o\"!\ne,o\n") == Lines{"2 a|o|-|", "3! : has 1 fields, the first line has 2",
                                                                    "4! : has 3 fields, the first line has 2",
                                                                    "5! : text follows a closing quote", "6 e|o|-|"});
}

TEST_CASE("CSV import: every bad field of a row is named") {
  CHECK(csv("title,owner,status,description\n\xff,\xed\xa0\x80,odd,\xc3\nt,o,Done,d\nt,o,pending,d\n") ==
        Lines{"2! title: must be valid UTF-8", "2! owner: must be valid UTF-8", "2! status: must be one of pending, active, done, archived",
              "2! description: must be valid UTF-8", "3! status: must be one of pending, active, done, archived", "4 t|o|pending|d"});
}

TEST_CASE("CSV import: a row that is too long is rejected and reading goes on") {
  const std::string long_row = "t,o," + std::string(ImportReader::most_line_bytes, 'x');
  CHECK(csv("title,owner,description\n" + long_row + "\nt,o,d\n") == Lines{"2! : is longer than 262144 bytes", "3 t|o|-|d"});
}

// ---- NDJSON -----------------------------------------------------------------------------------------------------------------------------

TEST_CASE("NDJSON import: one record a line, blank lines passed over but counted") {
  CHECK(ndjson(R"({"title":"t","owner":"o"})"
               "\n\n \t\r\n"
               R"({"description":"d","status":"done","owner":"o","title":"u"})"
               "\r\n"
               R"({"title":"v","owner":"o"})") == Lines{"1 t|o|-|", "4 u|o|done|d", "5 v|o|-|"});
  CHECK(ndjson(R"( {"title" : "\u4e2d\n\"", "owner":"o" , "description":""} )"
               "\n") == Lines{"1 中\n\"|o|-|"});
}

TEST_CASE("NDJSON import: nothing is an import of nothing") {
  CHECK(ndjson("").empty());
  CHECK(ndjson("\n\r\n \n").empty());
}

TEST_CASE("NDJSON import: what only the server sets is passed over, other names are not") {
  CHECK(ndjson(R"({"id":7,"title":"t","owner":"o","created_at":null,"updated_at":[{}],"version":"x"})") == Lines{"1 t|o|-|"});
  CHECK(ndjson(R"({"title":"t","owner":"o","colour":"red"})") == Lines{"1! colour: is not a known field"});
}

TEST_CASE("NDJSON import: a line that is no JSON, no object, or no record is rejected, and the next one is read") {
  const Lines lines = ndjson(
      "{\"title\":\"t\"\n[]\n{}\n{\"title\":\"\xff\"}\n{\"title\":1,\"owner\":\" "
      "\",\"status\":\"odd\"}\n{\"title\":\"t\",\"owner\":\"o\"}\n");
  REQUIRE(lines.size() == 9);
  CHECK_THAT(lines[0], Catch::StartsWith("1! : The body is not well-formed JSON (byte "));
  CHECK(lines[1] == "2! body: must be a JSON object");
  CHECK(lines[2] == "3! title: is required");
  CHECK(lines[3] == "3! owner: is required");
  CHECK_THAT(lines[4], Catch::StartsWith("4! : The body is not well-formed JSON (byte "));
  CHECK(lines[5] == "5! title: must be a string");
  CHECK(lines[6] == "5! owner: must not be blank");
  CHECK(lines[7] == "5! status: must be one of pending, active, done, archived");
  CHECK(lines[8] == "6 t|o|-|");
}

TEST_CASE("NDJSON import: a line may be as long as the limit and no longer") {
  const std::string before = R"({"title":"t","owner":"o"})", room(ImportReader::most_line_bytes - before.size(), ' ');
  CHECK(ndjson(before + room + "\n" + before) == Lines{"1 t|o|-|", "2 t|o|-|"});
  CHECK(ndjson(before + room + " \n" + before) == Lines{"1! : is longer than 262144 bytes", "2 t|o|-|"});
  CHECK(ndjson(before + "\n" + before + room + room) == Lines{"1 t|o|-|", "2! : is longer than 262144 bytes"});
}

// ---- messages ---------------------------------------------------------------------------------------------------------------------------

TEST_CASE("import: a message holds 1000 lines and no more, good and bad ones together") {
  std::string good = "title,owner\n", mixed = good, objects;
  for (int i = 0; i < 2000; ++i)
    good += "t,o\n", mixed += i % 2 ? "t,o\n" : "t\n", objects += i % 2 ? "{\"title\":\"t\",\"owner\":\"o\"}\n" : "{\n";
  for (const auto& [format, body, rows] :
       {std::tuple{Format::csv, good, 1000}, std::tuple{Format::csv, mixed, 500}, std::tuple{Format::ndjson, objects, 500}}) {
    const Messages messages = messages_of(format, body);
    REQUIRE(messages.size() == 2);
    for (const v1::ImportRequest& message : messages) {
      CHECK(message.rows_size() == rows);
      CHECK(message.rejected_size() == 1000 - rows);
    }
  }
  CHECK(messages_of(Format::csv, good + "t,o").size() == 3);
}

TEST_CASE("import: a message is full at a mebibyte") {
  const std::string text(100'000, 'x');
  std::string table = "title,owner,description\n", objects;
  for (int i = 0; i < 25; ++i) {
    table += "t,o," + text + "\n";
    objects += R"({"title":"t","owner":"o","description":")" + std::string(9'000, 'x') + "\"}" + std::string(91'000, ' ') + "\n";
  }
  for (const auto& [format, body] : {std::pair{Format::csv, table}, std::pair{Format::ndjson, objects}}) {
    const Messages messages = messages_of(format, body);
    REQUIRE(messages.size() == 3);
    CHECK(messages[0].rows_size() == 11);
    CHECK(messages[1].rows_size() == 11);
    CHECK(messages[2].rows_size() == 3);
  }
}

TEST_CASE("import: every message says the mode") {
  std::string body = "title,owner\n";
  for (int i = 0; i < 1001; ++i) body += "t,o\n";
  for (const auto mode : {v1::IMPORT_MODE_ATOMIC, v1::IMPORT_MODE_PARTIAL}) {
    const Messages messages = messages_of(Format::csv, body, mode);
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].mode() == mode);
    CHECK(messages[1].mode() == mode);
  }
}
