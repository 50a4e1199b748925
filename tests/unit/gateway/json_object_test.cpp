// One JSON object, read strictly (RFC 8259).
#include "json/object.hpp"

#include "support/catch.hpp"

using json::Kind;
using json::read_object;
using namespace std::string_literals;

namespace {

base::Error refused(std::string_view text) {
  const auto members = read_object(text);
  REQUIRE(members.has_error());
  CHECK(members.error().code == base::Code::invalid_argument);
  return members.error();
}

/// Only for a text that is no JSON at all: 400 instead of 422.
bool is_malformed(std::string_view text) { return refused(text).reason == base::reason::malformed; }

std::string text_of(std::string_view literal) {
  const auto members = read_object("{\"a\":" + std::string(literal) + "}");
  REQUIRE(members);
  REQUIRE((*members)[0].kind == Kind::string);
  return (*members)[0].text;
}

Kind kind_of(std::string_view value) {
  const auto members = read_object("{\"a\":" + std::string(value) + "}");
  REQUIRE(members);
  REQUIRE(members->size() == 1);
  return (*members)[0].kind;
}

}  // namespace

TEST_CASE("members come in their order with kind and text") {
  const auto members = read_object(" {\"b\" : \"x\" ,\r\n\t\"\\u0061\":\"\", \"\":null} \n");
  REQUIRE(members);
  REQUIRE(members->size() == 3);
  CHECK((*members)[0].name == "b");
  CHECK((*members)[0].text == "x");
  CHECK((*members)[1].name == "a");
  CHECK((*members)[1].kind == Kind::string);
  CHECK((*members)[1].text.empty());
  CHECK((*members)[2].name.empty());
  CHECK((*members)[2].kind == Kind::null);
  CHECK(read_object("{}")->empty());
}

TEST_CASE("every kind of value is told from the others") {
  CHECK(kind_of("null") == Kind::null);
  CHECK(kind_of("true") == Kind::boolean);
  CHECK(kind_of("false") == Kind::boolean);
  CHECK(kind_of("\"\"") == Kind::string);
  CHECK(kind_of("[]") == Kind::array);
  CHECK(kind_of("{}") == Kind::object);
  CHECK(kind_of("0") == Kind::integer);
  CHECK(kind_of("-9223372036854775808") == Kind::integer);
  CHECK(kind_of("9223372036854775807") == Kind::integer);
  CHECK(kind_of("18446744073709551616") == Kind::number);
  CHECK(kind_of("-9223372036854775809") == Kind::number);
  CHECK(kind_of("1.0") == Kind::number);
  CHECK(kind_of("1e400") == Kind::number);
}

TEST_CASE("nested values are passed over, with their names and texts") {
  const auto members = read_object(R"({"a":{"x":"inner","x":"twice"},"b":[1,"two",{"c":"three"}],"c":"outer"})");
  REQUIRE(members);
  REQUIRE(members->size() == 3);
  CHECK((*members)[0].kind == Kind::object);
  CHECK((*members)[0].text.empty());
  CHECK((*members)[1].kind == Kind::array);
  CHECK((*members)[1].text.empty());
  CHECK((*members)[2].name == "c");
  CHECK((*members)[2].text == "outer");
}

TEST_CASE("escapes are undone") {
  CHECK(text_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(text_of(R"("\u0041\u00e9\u4E2d\u0000z")") == "Aé中\0z"s);
  CHECK(text_of(R"("\ud83e\uDD84")") == "\xf0\x9f\xa6\x84");
  CHECK(text_of(R"("\\u0041")") == "\\u0041");
}

TEST_CASE("half a surrogate pair is no text") {
  for (const char* literal :
       {R"("\ud83e")", R"("\udd84")", R"("\ud83e\u0041")", R"("\ud83e\ud83e")", R"("\ud83ex")", R"("\udd84\ud83e")"}) {
    CAPTURE(literal);
    CHECK(is_malformed("{\"a\":" + std::string(literal) + "}"));
    CHECK(is_malformed("{" + std::string(literal) + ":1}"));
  }
}

TEST_CASE("broken UTF-8 is refused in texts and names") {
  for (const char* bytes : {"\xff", "\x80", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe4\xb8"}) {
    CAPTURE(bytes);
    CHECK(is_malformed("{\"a\":\"" + std::string(bytes) + "\"}"));
    CHECK(is_malformed("{\"" + std::string(bytes) + "\":1}"));
  }
}

TEST_CASE("what is no JSON is malformed") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "{\"a\"",
                           "{\"a\":",
                           "{\"a\":1",
                           "{\"a\":1,",
                           "{\"a\":1,}",
                           "{,}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\" 1}",
                           "{\"a\":1 \"b\":2}",
                           "{\"a\":01}",
                           "{\"a\":+1}",
                           "{\"a\":.5}",
                           "{\"a\":1.}",
                           "{\"a\":NaN}",
                           "{\"a\":tru}",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\u12g4\"}",
                           "{\"a\":1}}",
                           "{\"a\":1}{}",
                           "{\"a\":1} x",
                           "{\"a\":1}\x01",
                           "{}/**/",
                           "{\"a\":1//\n}",
                           "\xEF\xBB\xBF{}",
                           "title=t",
                           "<a/>",
                           "nul"}) {
    CAPTURE(text);
    CHECK(is_malformed(text));
  }
}

TEST_CASE("the fault's place is told") {
  const base::Error error = refused("{\"a\":1,\"b\":x}");
  CHECK_THAT(error.message, Catch::StartsWith("The body is not well-formed JSON (byte 12: "));
}

TEST_CASE("JSON that is no object is no malformed text but a wrong body") {
  for (const std::string_view text : {"[]", "[{\"a\":1}]", "\"a\"", "1", "null", "true"}) {
    CAPTURE(text);
    const base::Error error = refused(text);
    CHECK(error.reason.empty());
    CHECK(error.fields == std::vector<base::FieldViolation>{{"body", "must be a JSON object"}});
  }
}

TEST_CASE("a name may stand once, however it is spelt") {
  CHECK(refused(R"({"a":1,"b":2,"a":1})").fields == std::vector<base::FieldViolation>{{"a", "is given more than once"}});
  CHECK(refused(R"({"a":1,"\u0061":2,"b":3,"b":4})").fields ==
        std::vector<base::FieldViolation>{{"a", "is given more than once"}, {"b", "is given more than once"}});
  CHECK(read_object(R"({"a":1,"A":2})")->size() == 2);
}

TEST_CASE("depth and number of members are bounded") {
  const auto nested = [](std::size_t depth) { return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}"; };
  CHECK(read_object(nested(16)));
  CHECK(is_malformed(nested(17)));
  CHECK(is_malformed("{\"a\":" + std::string(100'000, '[')));
  std::string many = "{\"m0\":0";
  for (int i = 1; i < 64; ++i) many += ",\"m" + std::to_string(i) + "\":0";
  CHECK(read_object(many + "}")->size() == 64);
  CHECK(refused(many + ",\"more\":0}").fields == std::vector<base::FieldViolation>{{"body", "has too many members"}});
}
