// Cookies, Accept-Language and the flash message.
#include "console/preferences.hpp"

#include <catch2/catch.hpp>

using console::Locale;

TEST_CASE("a cookie is found by its whole name") {
  CHECK(console::cookie("a=1; console_lang=zh; b=2", "console_lang") == "zh");
  CHECK(console::cookie("xconsole_lang=zh", "console_lang") == std::nullopt);
  CHECK(console::cookie("console_lang=", "console_lang") == "");
  CHECK(console::cookie("", "console_lang") == std::nullopt);
  CHECK(console::cookie(";;= ;a", "a") == std::nullopt);
}

TEST_CASE("the cookie decides, then Accept-Language, then English") {
  CHECK(console::choose_locale("zh", "en") == Locale::zh);
  CHECK(console::choose_locale("xx", "zh-CN,zh;q=0.9,en;q=0.8") == Locale::zh);
  CHECK(console::choose_locale("", "en-GB,en;q=0.9,zh;q=0.8") == Locale::en);
  CHECK(console::choose_locale("", "fr, zh-Hant;q=0.3, en;q=0.2") == Locale::zh);
  CHECK(console::choose_locale("", "ZH-cn") == Locale::zh);
  CHECK(console::choose_locale("", "zha;q=1, de") == Locale::en);
  CHECK(console::choose_locale("", "zh;q=0") == Locale::en);
  CHECK(console::choose_locale("", ",;q=,;;,q=9") == Locale::en);
}

TEST_CASE("a flash message survives its cookie, a forged one shows nothing") {
  const console::Flash flash{"flash.updated", 12, 3};
  CHECK(console::parse_flash(console::flash_text(flash)) == flash);
  for (const char* forged : {"", "brand:1:2", "flash.nothing:1:2", "flash.created:1", "flash.created:x:2", "flash.created:1:2:3"}) {
    CHECK(console::parse_flash(forged) == std::nullopt);
  }
}

TEST_CASE("themes") {
  CHECK(console::parse_theme("dark") == console::Theme::dark);
  CHECK(console::parse_theme("DARK") == std::nullopt);
}
