// Consistency tokens and the latest position seen.
#include "backend/position.hpp"

#include "support/catch.hpp"

#include <thread>
#include <vector>

using backend::parse_token;
using backend::Position;
using backend::token_text;

TEST_CASE("a token is a position as PostgreSQL prints it") {
  CHECK(parse_token("0/0") == 0u);
  CHECK(parse_token("16/B374D848") == 0x16B374D848u);
  CHECK(parse_token("16/b374d848") == 0x16B374D848u);
  CHECK(parse_token("00000016/0000000F") == 0x160000000Fu);
  CHECK(parse_token("FFFFFFFF/FFFFFFFF") == UINT64_MAX);
  for (const char* text : {"", "/", "0", "0/", "/0", "16", "1/2/3", "g/0", "0/g", "-1/0", "+1/0", " 1/0", "1/0 ", "1 /0", "0x1/0",
                           "100000000/0", "0/100000000", "000000001/0", "latest"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_token(text));
  }
}

TEST_CASE("a position is written as it is read") {
  CHECK(token_text(0) == "0/0");
  CHECK(token_text(0x16B374D848) == "16/B374D848");
  CHECK(token_text(0x100000001) == "1/1");
  for (const std::uint64_t position : {std::uint64_t{0}, std::uint64_t{0xabcdef}, std::uint64_t{1} << 32, UINT64_MAX})
    CHECK(parse_token(token_text(position)) == position);
}

TEST_CASE("the latest is the higher of what was seen and the client's own; it never goes back") {
  Position position;
  CHECK(position.latest(0) == 0);
  CHECK(position.latest(7) == 7);
  position.see("0/A");
  CHECK(position.latest(0) == 10);
  CHECK(position.latest(11) == 11);
  position.see("0/9");
  position.see("");
  position.see("nonsense");
  CHECK(position.latest(0) == 10);
  position.see("1/0");
  CHECK(position.latest(10) == std::uint64_t{1} << 32);
}

TEST_CASE("loops that see different positions at once leave the highest") {
  Position position;
  {
    std::vector<std::jthread> loops;
    for (std::uint64_t first = 1; first <= 4; ++first)
      loops.emplace_back([&position, first] {
        for (std::uint64_t at = first; at <= 4000; at += 4) position.see(token_text(at));
      });
  }
  CHECK(position.latest(0) == 4000);
}
