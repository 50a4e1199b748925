#include "base/text.hpp"

#include "support/catch.hpp"

#include <string>

using namespace std::string_literals;

TEST_CASE("utf8_length counts characters, not bytes") {
  CHECK(base::utf8_length("") == 0u);
  CHECK(base::utf8_length("abc") == 3u);
  CHECK(base::utf8_length("\0a"s) == 2u);
  CHECK(base::utf8_length("中文") == 2u);
  CHECK(base::utf8_length("e\xcc\x81") == 2u);
  CHECK(base::utf8_length("\xf0\x9f\xa6\x84") == 1u);
  // The edges of each width.
  CHECK(base::utf8_length("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") == 7u);
  CHECK(base::utf8_length("\xed\x9f\xbf\xee\x80\x80") == 2u);  // on both sides of the surrogates
}

TEST_CASE("utf8_length refuses what is not well-formed") {
  const auto bad = GENERATE(as<std::string>(), "\x80", "a\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x80\x80", "\xe0\x9f\xbf",
                            "\xe4\xb8", "\xe4\xb8\x41", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",
                            "\xf0\x9f\xa6", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe\xff");
  CHECK_FALSE(base::utf8_length(bad));
  CHECK_FALSE(base::utf8_length("before " + bad));
  CHECK_FALSE(base::utf8_length(bad + " after"));
}

TEST_CASE("base64url: the vectors of RFC 4648, without padding") {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};
  for (const auto& [plain, coded] : vectors) {
    CHECK(base::base64url_encode(plain) == coded);
    CHECK(base::base64url_decode(coded) == std::string(plain));
  }
}

TEST_CASE("base64url: all bytes there and back") {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t length = 250; length <= 256; ++length)
    CHECK(base::base64url_decode(base::base64url_encode(all.substr(0, length))) == all.substr(0, length));
}

TEST_CASE("base64url: anything but the one spelling is refused") {
  const auto bad =
      GENERATE(as<std::string>(), "Z", "Zm9vY", "Zg==", "Zm8=", "Zm+v", "Zm/v", "Zm 9", "Zm9\n", "Zh", "Zm9", "Zm\x80v", "中文");
  CHECK_FALSE(base::base64url_decode(bad));
}

TEST_CASE("fnv1a gives the published values and goes on from a seed") {
  CHECK(base::fnv1a("") == 0xcbf29ce484222325ull);
  CHECK(base::fnv1a("a") == 0xaf63dc4c8601ec8cull);
  CHECK(base::fnv1a("foobar") == 0x85944171f73967e8ull);
  CHECK(base::fnv1a("bar", base::fnv1a("foo")) == base::fnv1a("foobar"));
}
