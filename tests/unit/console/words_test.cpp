// Both languages say the same things.
#include "console/words.hpp"

#include <catch2/catch.hpp>

#include <set>

using console::Locale;

namespace {

std::set<std::string> places(const std::string& text) {
  std::set<std::string> out;
  for (std::size_t open = 0; (open = text.find('{', open)) != std::string::npos; ++open)
    out.insert(text.substr(open, text.find('}', open) - open));
  return out;
}

}  // namespace

TEST_CASE("English and Chinese have the same keys, places to fill, and no empty words") {
  const auto& en = console::words(Locale::en);
  const auto& zh = console::words(Locale::zh);
  for (const auto& [key, text] : en) {
    INFO(key);
    CHECK_FALSE(text.empty());
    REQUIRE(zh.contains(key));
    CHECK(places(text) == places(zh.at(key)));
  }
  for (const auto& [key, text] : zh) {
    INFO(key);
    CHECK(en.contains(key));
    CHECK_FALSE(text.empty());
  }
}

TEST_CASE("places are filled once and never by what a value holds") {
  CHECK(console::say(Locale::en, "page.range", {{"from", "1"}, {"to", "20"}, {"total", "45"}}) == "1–20 of 45");
  CHECK(console::say(Locale::en, "list.record", {{"id", "{title}"}, {"title", "x"}}) == "record {title}, x");
  CHECK(console::say(Locale::en, "list.record", {{"id", "1"}}) == "record 1, {title}");
  CHECK(console::say(Locale::en, "no.such.key") == "no.such.key");
  CHECK(console::say_or(Locale::en, "no.such.key", "other") == "other");
}
