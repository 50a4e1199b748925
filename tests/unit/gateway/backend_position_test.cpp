// The latest position seen.
#include "backend/position.hpp"

#include "support/catch.hpp"

#include <thread>
#include <vector>

using backend::Position;

TEST_CASE("the latest is the higher of what was seen and the client's own; it never goes back") {
  Position position;
  CHECK(position.latest({}) == base::Position{});
  CHECK(position.latest({7}) == base::Position{7});
  position.see("0/A@2");
  CHECK(position.latest({}) == base::Position{10, 2});
  CHECK(position.latest({11, 1}) == base::Position{11, 2});
  position.see("0/9@1");
  position.see("");
  position.see("nonsense");
  CHECK(position.latest({}) == base::Position{10, 2});
  position.see("1/0@3");
  CHECK(position.latest({10, 4}) == base::Position{std::uint64_t{1} << 32, 4});
}

TEST_CASE("a timeline that is gone is given up for what there is, with all that was written there meanwhile") {
  Position position;
  position.see("16/0@5");
  position.see("0/C@1");
  CHECK(position.latest({}) == base::Position{0x1600000000, 5});
  position.give_up({0x1600000000, 5}, "0/A@1");
  CHECK(position.latest({}) == base::Position{12, 1});
  position.give_up({0x1600000000, 5}, "0/E@1");  // a second reader's, late
  CHECK(position.latest({}) == base::Position{12, 1});
  position.see("0/F@1");
  CHECK(position.latest({}) == base::Position{15, 1});
}

TEST_CASE("a client's own token of a timeline that never was changes nothing for others") {
  Position position;
  position.see("0/A@2");
  position.give_up({10, 99}, "0/C@2");
  position.give_up({10, 99}, "0/1@1");
  position.give_up({10, 2}, "nonsense");
  CHECK(position.latest({}) == base::Position{10, 2});
}

TEST_CASE("loops that see different positions at once leave the highest") {
  Position position;
  {
    std::vector<std::jthread> loops;
    for (std::uint64_t first = 1; first <= 4; ++first)
      loops.emplace_back([&position, first] {
        for (std::uint64_t at = first; at <= 4000; at += 4) position.see(base::token_text({at, static_cast<std::int32_t>(at / 100)}));
      });
  }
  CHECK(position.latest({}) == base::Position{4000, 40});
}
