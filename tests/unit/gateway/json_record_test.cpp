// Records as JSON: what bodies may say, every bad field named at once; what answers look like.
#include "json/record.hpp"

#include "rpc/proto_time.hpp"

#include "support/catch.hpp"

#include <records/v1/records.pb.h>

#include <map>

namespace v1 = records::v1;

namespace {

using Problems = std::map<std::string, std::string>;  // by field

template <class Message>
using Read = base::Result<void> (*)(std::string_view, Message&);

template <class Message>
Problems problems(Read<Message> read, std::string_view text) {
  Message out;
  const auto outcome = read(text, out);
  Problems found;
  if (outcome.has_value()) return found;
  CHECK(outcome.error().code == base::Code::invalid_argument);
  CHECK(outcome.error().reason.empty());
  for (const base::FieldViolation& field : outcome.error().fields) CHECK(found.emplace(field.field, field.message).second);
  return found;
}

Problems post(std::string_view text) { return problems(json::read_new_record, text); }
Problems put(std::string_view text) { return problems(json::read_replacement, text); }
Problems patch(std::string_view text) { return problems(json::read_merge_patch, text); }

template <class Message>
Message good(Read<Message> read, std::string_view text) {
  Message out;
  const auto outcome = read(text, out);
  REQUIRE(outcome);
  return out;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

std::string body(std::string_view title, std::string_view owner, std::string_view description) {
  std::string text = R"({"title":")";
  return text.append(title).append(R"(","owner":")").append(owner).append(R"(","description":")").append(description).append("\"}");
}

const std::string unicorn = "\xf0\x9f\xa6\x84";

v1::Record sample() {
  v1::Record record;
  record.set_id(9'223'372'036'854'775'807);
  record.set_title("say \"中\"");
  record.set_owner("back\\slash");
  record.set_status(v1::STATUS_DONE);
  record.set_description("a\nb");
  rpc::set_time(*record.mutable_created_at(), *base::parse_rfc3339("2024-02-29T23:59:59.000001Z"));
  rpc::set_time(*record.mutable_updated_at(), *base::parse_rfc3339("2025-01-01T00:00:00Z"));
  record.set_version(2);
  return record;
}

const std::string sample_json =
    R"({"id":9223372036854775807,"title":"say \"中\"","owner":"back\\slash","status":"done","description":"a\nb","created_at":"2024-02-29T23:59:59.000001Z","updated_at":"2025-01-01T00:00:00.000000Z","version":2})";

}  // namespace

TEST_CASE("POST: title and owner are enough, the rest is left to the service") {
  const auto record = good(json::read_new_record, R"({"owner":"o","title":"t"})");
  CHECK(record.title() == "t");
  CHECK(record.owner() == "o");
  CHECK(record.status() == v1::STATUS_UNSPECIFIED);
  CHECK(record.description().empty());
  const auto whole = good(json::read_new_record, R"({"title":" \u4e2d ","owner":"\ud83e\udd84","status":"archived","description":" \n"})");
  CHECK(whole.title() == " 中 ");
  CHECK(whole.owner() == unicorn);
  CHECK(whole.status() == v1::STATUS_ARCHIVED);
  CHECK(whole.description() == " \n");
}

TEST_CASE("POST: every bad field is named, missing, malformed and unknown ones together") {
  CHECK(post("{}") == Problems{{"title", "is required"}, {"owner", "is required"}});
  CHECK(post(R"({"title":7,"status":"Done","description":[],"colour":"red","":1})") ==
        Problems{{"title", "must be a string"},
                 {"owner", "is required"},
                 {"status", "must be one of pending, active, done, archived"},
                 {"description", "must be a string"},
                 {"colour", "is not a known field"},
                 {"", "is not a known field"}});
  CHECK(post(R"({"title":" \t\r\n","owner":"","status":3,"description":true})") == Problems{{"title", "must not be blank"},
                                                                                            {"owner", "must not be blank"},
                                                                                            {"status", "must be a string"},
                                                                                            {"description", "must be a string"}});
}

TEST_CASE("POST and PUT: null stands for nothing") {
  const Problems nulls{
      {"title", "must not be null"}, {"owner", "must not be null"}, {"status", "must not be null"}, {"description", "must not be null"}};
  CHECK(post(R"({"title":null,"owner":null,"status":null,"description":null})") == nulls);
  CHECK(put(R"({"title":null,"owner":null,"status":null,"description":null})") == nulls);
}

TEST_CASE("names are compared to the letter, and what the server sets is not taken") {
  CHECK(post(R"({"Title":"t","owner":"o"})") == Problems{{"Title", "is not a known field"}, {"title", "is required"}});
  for (const auto read : {post, put}) {
    CHECK(read(R"({"title":"t","owner":"o","id":1,"version":2,"created_at":"","updated_at":""})").size() == 4);
  }
  CHECK(patch(R"({"id":1})") == Problems{{"id", "is not a known field"}});
}

TEST_CASE("lengths are counted in characters") {
  CHECK(post(body(repeated(unicorn, 200), repeated("é", 100), repeated("中", 10'000))).empty());
  CHECK(post(body(repeated(unicorn, 201), repeated("é", 101), repeated("中", 10'001))) ==
        Problems{{"title", "must have at most 200 characters, has 201"},
                 {"owner", "must have at most 100 characters, has 101"},
                 {"description", "must have at most 10000 characters, has 10001"}});
  CHECK(post(body(repeated(R"(\ud83e\udd84)", 200), "o", "")).empty());
  CHECK(patch(body(repeated("x", 201), "o", "")) == Problems{{"title", "must have at most 200 characters, has 201"}});
}

TEST_CASE("NUL is refused in every text") {
  const std::string nul = "must not contain NUL characters";
  CHECK(post(body(R"(a\u0000)", R"(\u0000)", R"(\u0000b)")) == Problems{{"title", nul}, {"owner", nul}, {"description", nul}});
  CHECK(patch(body("t", "o", R"(\u0000)")) == Problems{{"description", nul}});
}

TEST_CASE("a body that is no JSON is told from one with bad fields") {
  v1::NewRecord record;
  v1::UpdateRequest update;
  CHECK(json::read_new_record("{", record).error().reason == base::reason::malformed);
  CHECK(json::read_import_row("{", record).error().reason == base::reason::malformed);
  CHECK(json::read_replacement("{", update).error().reason == base::reason::malformed);
  CHECK(json::read_merge_patch("{", update).error().reason == base::reason::malformed);
  CHECK(post("[]") == Problems{{"body", "must be a JSON object"}});
  CHECK(post(R"({"title":"t","title":"t","owner":"o"})") == Problems{{"title", "is given more than once"}});
}

TEST_CASE("PUT: what is absent is reset") {
  const auto update = good(json::read_replacement, R"({"title":"t","owner":"o"})");
  CHECK(update.title() == "t");
  CHECK(update.owner() == "o");
  REQUIRE(update.has_status());
  CHECK(update.status() == v1::STATUS_PENDING);
  REQUIRE(update.has_description());
  CHECK(update.description().empty());
  CHECK(good(json::read_replacement, R"({"title":"t","owner":"o","status":"done","description":"d"})").status() == v1::STATUS_DONE);
  CHECK(put(R"({"description":"d"})") == Problems{{"title", "is required"}, {"owner", "is required"}});
}

TEST_CASE("PATCH: only what is present changes, null resets what has a default") {
  const auto nothing = good(json::read_merge_patch, "{}");
  CHECK_FALSE(nothing.has_title());
  CHECK_FALSE(nothing.has_owner());
  CHECK_FALSE(nothing.has_status());
  CHECK_FALSE(nothing.has_description());
  const auto one = good(json::read_merge_patch, R"({"owner":"o"})");
  CHECK(one.owner() == "o");
  CHECK_FALSE(one.has_title());
  const auto all = good(json::read_merge_patch, R"({"title":"t","owner":"o","status":"active","description":"d"})");
  CHECK(all.title() == "t");
  CHECK(all.status() == v1::STATUS_ACTIVE);
  CHECK(all.description() == "d");
  const auto reset = good(json::read_merge_patch, R"({"status":null,"description":null})");
  CHECK(reset.status() == v1::STATUS_PENDING);
  CHECK(reset.has_description());
  CHECK(reset.description().empty());
  CHECK(patch(R"({"title":null,"owner":null,"status":"","x":null})") ==
        Problems{{"title", "must not be null"},
                 {"owner", "must not be null"},
                 {"status", "must be one of pending, active, done, archived"},
                 {"x", "is not a known field"}});
}

TEST_CASE("a record is written member by member as the contract names them") {
  std::string out;
  json::append_record(out, sample());
  CHECK(out == sample_json);
  std::string members = "{";
  for (const char* field : {"id", "title", "owner", "status", "description", "created_at", "updated_at", "version"}) {
    if (members.size() > 1) members += ',';
    json::append_member(members, sample(), field);
  }
  CHECK(members + "}" == sample_json);
}

TEST_CASE("a page says null where there is no total and no next page") {
  v1::ListResponse page;
  std::string out;
  json::append_page(out, page, 0, 20);
  CHECK(out == "{\"items\":[],\"total\":null,\"skip\":0,\"limit\":20,\"next_page_token\":null}\n");
  *page.add_items() = sample();
  *page.add_items() = sample();
  page.set_total(0);
  page.set_next_page_token("a\"b");
  out.clear();
  json::append_page(out, page, 9'223'372'036'854'775'807, 200);
  CHECK(out == "{\"items\":[" + sample_json + "," + sample_json +
                   "],\"total\":0,\"skip\":9223372036854775807,\"limit\":200,\"next_page_token\":\"a\\\"b\"}\n");
}
