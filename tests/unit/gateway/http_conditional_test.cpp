// ETag, If-Match and If-None-Match.
#include "http/conditional.hpp"

#include "support/catch.hpp"

using http::expected_versions;
using http::none_match_holds;

namespace {

using Versions = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a record's tag is its version in quotes") {
  CHECK(http::etag_of_version(7) == "\"7\"");
  CHECK(http::etag_of_version(INT64_MAX) == "\"9223372036854775807\"");
}

TEST_CASE("If-None-Match: one tag of the list is enough, weak ones too") {
  for (const char* tags : {"\"7\"", "*", " * ", "W/\"7\"", "\"6\",\"7\"", "\"a,b\" , W/\"7\"", ",\"7\",", "junk, \"7\""}) {
    CAPTURE(tags);
    CHECK(none_match_holds(tags, "\"7\""));
  }
  for (const char* tags : {"", "\"6\"", "7", "\"7", "7\"", "w/\"7\"", "\"\"", "\"7\"\"", "\"77\"", "\" 7\"", "'7'", "W/7", "W/"}) {
    CAPTURE(tags);
    CHECK_FALSE(none_match_holds(tags, "\"7\""));
  }
}

TEST_CASE("If-None-Match: the tag of a compressed form stands for the same body") {
  CHECK(none_match_holds("\"abc-gzip\"", "\"abc\""));
  CHECK(none_match_holds("W/\"abc-br\"", "\"abc\""));
  CHECK_FALSE(none_match_holds("\"abc-zstd\"", "\"abc\""));
  CHECK_FALSE(none_match_holds("\"ab-gzip\"", "\"abc\""));
}

TEST_CASE("If-Match: no header and * let any version through") {
  for (const char* value : {"", " ", "*", " * "}) {
    CAPTURE(value);
    const auto versions = expected_versions(value);
    REQUIRE(versions);
    CHECK(versions->empty());
  }
}

TEST_CASE("If-Match: the versions of the tags; a tag that can be none of ours stands as 0") {
  CHECK(*expected_versions("\"3\"") == Versions{3});
  CHECK(*expected_versions("\"3\" ,\"9223372036854775807\"") == Versions{3, INT64_MAX});
  CHECK(*expected_versions("W/\"3\"") == Versions{0});
  CHECK(*expected_versions("\"abc\",\"\",\"03\",\"-3\",\"9223372036854775808\"") == Versions{0, 0, 0, 0, 0});
  CHECK(*expected_versions("\"a,b\",\"4\"") == Versions{0, 4});
}

TEST_CASE("If-Match: what is no list of tags is refused by name") {
  std::string many = "\"1\"";
  for (int i = 0; i < 100; ++i) many += ",\"1\"";
  for (const std::string& value :
       {std::string("3"), std::string("\"3"), std::string("\"3\",4"), std::string("*,\"3\""), std::string("\"3\",*"), std::string(","),
        std::string("w/\"3\""), std::string("\"3\"\"4\""), std::string("'3'"), many}) {
    CAPTURE(value);
    const auto versions = expected_versions(value);
    REQUIRE(versions.has_error());
    CHECK(versions.error().code == base::Code::invalid_argument);
    REQUIRE(versions.error().fields.size() == 1);
    CHECK(versions.error().fields[0].field == "If-Match");
  }
  CHECK(expected_versions(many.substr(4))->size() == 100);
}
