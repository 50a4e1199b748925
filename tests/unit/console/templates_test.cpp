// Every template is whole in both languages, and nothing in it can reach a page unescaped.
#include "console/templates.hpp"
#include "console/embedded.hpp"
#include "console/pages.hpp"

#include <catch2/catch.hpp>

using console::Locale;

TEST_CASE("every template expands and parses in both languages") {
  for (const auto& file : console::embedded_files()) {
    if (!file.name.starts_with("templates/")) continue;
    for (const Locale locale : {Locale::en, Locale::zh}) {
      INFO(file.name);
      const std::string name(file.name.substr(10, file.name.size() - 15));
      if (name == "layout") continue;
      const std::string source = console::template_source(name, locale);
      kainjow::mustache::mustache parsed{source};
      CHECK(parsed.is_valid());
      CHECK(source.find("{{t.") == std::string::npos);
    }
  }
}

TEST_CASE("no template holds what the content security policy forbids") {
  for (const auto& file : console::embedded_files()) {
    if (!file.name.starts_with("templates/")) continue;
    INFO(file.name);
    for (const char* forbidden : {"{{{", "{{&", " style=", "<style", " onclick", " onload", " onsubmit", "javascript:"}) {
      CHECK(file.text.find(forbidden) == std::string_view::npos);
    }
    // The only script is the linked one.
    if (file.name != "templates/layout.html") CHECK(file.text.find("<script") == std::string_view::npos);
  }
}

TEST_CASE("an unknown file is a fault of the program") {
  CHECK_THROWS_AS(console::template_source("nothing", Locale::en), std::logic_error);
}

TEST_CASE("language, theme and their links") {
  console::Frame frame;
  frame.locale = Locale::zh;
  frame.theme = console::Theme::dark;
  frame.here = "/?q=a%20b";
  const std::string html = console::render(frame, console::MessagePage{404, "<b>"});
  CHECK(html.starts_with("<!doctype html>\n<html lang=\"zh-CN\" data-theme=\"dark\">"));
  CHECK(html.find("/console/preferences?lang=en&amp;back=%2F%3Fq%3Da%2520b") != std::string::npos);
  CHECK(html.find("&lt;b&gt;") != std::string::npos);
  CHECK(html.find("没有找到") != std::string::npos);
}
