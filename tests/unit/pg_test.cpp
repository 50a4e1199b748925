#include "pg/migrations.hpp"
#include "pg/params.hpp"
#include "pg/passfile.hpp"
#include "pg/sqlstate.hpp"

#include "support/catch.hpp"

#include <sstream>

using base::Code;
using namespace std::string_literals;

TEST_CASE("the table from SQLSTATE to error, row by row") {
  const std::pair<const char*, Code> table[] = {
      {"08000", Code::unavailable},      {"08006", Code::unavailable},        {"57P01", Code::unavailable},
      {"57P02", Code::unavailable},      {"57P03", Code::unavailable},        {"53300", Code::unavailable},
      {"25006", Code::unavailable},      {"57014", Code::deadline_exceeded},  {"40001", Code::aborted},
      {"40P01", Code::aborted},          {"23505", Code::already_exists},     {"23503", Code::failed_precondition},
      {"22001", Code::invalid_argument}, {"22P02", Code::invalid_argument},   {"23502", Code::invalid_argument},
      {"23514", Code::invalid_argument}, {"53100", Code::resource_exhausted}, {"53200", Code::resource_exhausted},
      {"42P01", Code::internal},         {"42601", Code::internal},           {"XX000", Code::internal},
      {"57P04", Code::internal},         {"ZZZZZ", Code::internal},           {"", Code::internal},
  };
  for (const auto& [state, code] : table) {
    CAPTURE(state);
    const base::Error error = pg::from_sqlstate(state, "the server's words");
    CHECK(base::name(error.code) == base::name(code));
    CHECK(error.message.find("server's words") == std::string::npos);
    CHECK(error.detail == "SQLSTATE "s + state + ": the server's words");
    if (code == Code::unavailable || code == Code::resource_exhausted) CHECK(error.retry_after.has_value());
  }
}

TEST_CASE("a node that is gone or demoted poisons the connection, a refused value does not") {
  for (const char* const state : {"08006", "57P01", "25006", "53300", "26000", ""}) CHECK(pg::poisons_connection(state));
  for (const char* const state : {"23505", "22001", "57014", "40001", "42601"}) CHECK_FALSE(pg::poisons_connection(state));
}

namespace {

std::string value(const pg::Params& params, std::size_t index) {
  return {params.values()[index], static_cast<std::size_t>(params.sizes()[index])};
}

}  // namespace

TEST_CASE("parameters in PostgreSQL's binary format") {
  pg::Params params;
  params.int8(-2).int4(258).text(std::string_view("中")).text(std::string_view("")).null().text(std::optional<std::string>());
  params.timestamptz(base::Micros(std::chrono::microseconds(946'684'800'000'001)));
  REQUIRE(params.count() == 7);
  CHECK(value(params, 0) == "\xff\xff\xff\xff\xff\xff\xff\xfe");
  CHECK(value(params, 1) == "\0\0\1\2"s);
  CHECK(value(params, 2) == "中");
  CHECK(value(params, 3).empty());
  CHECK(params.values()[3] != nullptr);
  CHECK(params.values()[4] == nullptr);
  CHECK(params.values()[5] == nullptr);
  CHECK(value(params, 6) == "\0\0\0\0\0\0\0\1"s);
}

TEST_CASE("array parameters") {
  pg::Params params;
  const std::vector<std::int64_t> numbers{1, -1};
  const std::vector<std::string_view> texts{"a", ""};
  params.int8_array(numbers).text_array(texts).int8_array({}).text_array({});
  CHECK(value(params, 0) ==
        "\0\0\0\1\0\0\0\0\0\0\0\x14\0\0\0\2\0\0\0\1"
        "\0\0\0\x08\0\0\0\0\0\0\0\1\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xff"s);
  CHECK(value(params, 1) == "\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\2\0\0\0\1\0\0\0\1a\0\0\0\0"s);
  CHECK(value(params, 2) == "\0\0\0\0\0\0\0\0\0\0\0\x14"s);
  CHECK(value(params, 3) == "\0\0\0\0\0\0\0\0\0\0\0\x19"s);
}

TEST_CASE("a script is split at the ends of its statements") {
  using Statements = std::vector<std::string>;
  CHECK(pg::split_statements("").empty());
  CHECK(pg::split_statements("-- only words;\n\n").empty());
  CHECK(pg::split_statements("CREATE TABLE a (x int);\nCREATE TABLE b (\n  y text DEFAULT ';'\n);\n") ==
        Statements{"CREATE TABLE a (x int)\n", "CREATE TABLE b (\n  y text DEFAULT ';'\n)\n"});
  CHECK(pg::split_statements("CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  PERFORM 1;\nEND;\n$$ LANGUAGE plpgsql;\nSELECT 1;\n") ==
        Statements{"CREATE FUNCTION f() RETURNS void AS $$\nBEGIN\n  PERFORM 1;\nEND;\n$$ LANGUAGE plpgsql\n", "SELECT 1\n"});
  CHECK(pg::split_statements("SELECT 1") == Statements{"SELECT 1\n"});
}

TEST_CASE("a password is found in a passfile as libpq finds it") {
  const pg::ConnInfo info{{"host", "db-1"}, {"port", "5432"}, {"dbname", "re:cords"}, {"user", "u"}};
  const auto found = [&info](const char* text) {
    std::istringstream file(text);
    return pg::password_in(file, info);
  };
  CHECK(found("") == "");
  CHECK(found("db-1:5432:re\\:cords:u:secret\n") == "secret");
  CHECK(found("# db-1:5432:*:*:a\ndb-2:*:*:*:b\ndb-1:5433:*:*:c\n*:*:*:v:d\ndb-1:*:*:u:right\n*:*:*:*:late\n") == "right");
  CHECK(found("*:*:*:*:one\\:two\\\\three:rest\r\n") == "one:two\\three");
  CHECK(found("\\*:*:*:*:a star by name\n") == "");
  CHECK(found("db-1:5432\n") == "");
  CHECK(pg::password_of({{"password", "own"}, {"passfile", "/nowhere"}}) == "own");
}
