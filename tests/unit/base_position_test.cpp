// Positions in a log, and consistency tokens.
#include "base/position.hpp"

#include "support/catch.hpp"

using namespace base;

TEST_CASE("a token is a position as PostgreSQL prints it, and its timeline") {
  CHECK(parse_token("0/0") == Position{});
  CHECK(parse_token("16/B374D848") == Position{0x16B374D848, 0});
  CHECK(parse_token("16/b374d848@3") == Position{0x16B374D848, 3});
  CHECK(parse_token("00000016/0000000F@0") == Position{0x160000000F, 0});
  CHECK(parse_token("FFFFFFFF/FFFFFFFF@999999999") == Position{UINT64_MAX, 999999999});
  for (const char* text : {"",
                           "/",
                           "0",
                           "0/",
                           "/0",
                           "16",
                           "1/2/3",
                           "g/0",
                           "0/g",
                           "-1/0",
                           "+1/0",
                           " 1/0",
                           "1/0 ",
                           "1 /0",
                           "0x1/0",
                           "100000000/0",
                           "0/100000000",
                           "000000001/0",
                           "latest",
                           "1/0@",
                           "@1",
                           "1/0@-1",
                           "1/0@+1",
                           "1/0@x",
                           "1/0@1@1",
                           "1/0@1234567890",
                           "1/0 @1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_token(text));
  }
}

TEST_CASE("a position is written as it is read") {
  CHECK(lsn_text(0) == "0/0");
  CHECK(lsn_text(0x100000001) == "1/1");
  CHECK(token_text({}) == "0/0");
  CHECK(token_text({0x16B374D848, 0}) == "16/B374D848");
  CHECK(token_text({0x16B374D848, 3}) == "16/B374D848@3");
  for (const std::uint64_t lsn : {std::uint64_t{0}, std::uint64_t{0xabcdef}, std::uint64_t{1} << 32, UINT64_MAX})
    for (const std::int32_t timeline : {0, 1, 999999999}) CHECK(parse_token(token_text({lsn, timeline})) == Position{lsn, timeline});
}

TEST_CASE("later holds for both") {
  CHECK(later({10, 2}, {7, 1}) == Position{10, 2});
  CHECK(later({10, 1}, {7, 2}) == Position{10, 2});
  CHECK(later({}, {7, 2}) == Position{7, 2});
}
