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
