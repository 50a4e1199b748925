// Content codings: which one, and that they can be undone.
#include "http/compression.hpp"

#include "decode.hpp"

#include <random>

using http::Coding;
using http::negotiate;

namespace {

std::vector<std::string> texts() {
  std::mt19937 random(7);
  std::string noise;
  for (int i = 0; i < 100'000; ++i) noise += static_cast<char>(random());
  return {"", "a", std::string(1'000'000, 'x'), noise};
}

}  // namespace

TEST_CASE("the coding a client wants most") {
  const std::pair<const char*, Coding> table[] = {
      {"", Coding::identity},
      {"gzip", Coding::gzip},
      {"GZIP", Coding::gzip},
      {"x-gzip", Coding::gzip},
      {"br", Coding::brotli},
      {"gzip, deflate, br", Coding::brotli},
      {"gzip, deflate", Coding::gzip},
      {"deflate, zstd", Coding::identity},
      {"identity", Coding::identity},
      {"*", Coding::brotli},
      {"br;q=0.5, gzip", Coding::gzip},
      {"gzip;q=0.5, br;q=0.5", Coding::brotli},
      {"br;q=0, *", Coding::gzip},
      {"br;q=0, gzip;q=0, *", Coding::identity},
      {"br;q=0.2, *;q=0.3", Coding::gzip},
      {"gzip;q=0", Coding::identity},
      {"*;q=0", Coding::identity},
      {"identity;q=0, *;q=0", Coding::identity},
      {"identity;q=0", Coding::identity},
      {"identity, gzip;q=0.5, br;q=0.9", Coding::identity},
      {"identity;q=0.5, gzip;q=0.5", Coding::gzip},
      {"gzip;q=junk", Coding::identity},
      {"gzip;q=0.001", Coding::gzip},
      {",,gzip,,", Coding::gzip},
  };
  for (const auto& [wanted, coding] : table) {
    CAPTURE(wanted);
    CHECK(static_cast<int>(negotiate(wanted)) == static_cast<int>(coding));
  }
}

TEST_CASE("gzip is undone by zlib, at every level") {
  for (const std::string& text : texts())
    for (const int level : {1, 6, 9}) CHECK((from_gzip(http::gzip(text, level)) == text));
}

TEST_CASE("brotli is undone by its decoder, at every quality") {
  for (const std::string& text : texts())
    for (const int quality : {0, 1, 5}) CHECK((from_brotli(http::brotli(text, quality), text.size()) == text));
  CHECK((from_brotli(http::brotli(std::string(10'000, 'x'), 11), 10'000) == std::string(10'000, 'x')));
}

TEST_CASE("what repeats itself becomes small") {
  const std::string text(100'000, 'x');
  CHECK(http::gzip(text, 1).size() < 1000);
  CHECK(http::brotli(text, 1).size() < 1000);
}
