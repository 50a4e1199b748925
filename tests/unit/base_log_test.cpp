#include "base/log.hpp"

#include "support/catch.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  base::log::append_json_escaped(out, text);
  return out;
}

/// Takes what is logged while it lives.
struct Listening {
  Listening() : before(spdlog::default_logger()) {
    auto logger = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(text));
    logger->set_pattern("%l %v");
    spdlog::set_default_logger(logger);
  }
  ~Listening() { spdlog::set_default_logger(before); }

  std::ostringstream text;
  std::shared_ptr<spdlog::logger> before;
};

}  // namespace

TEST_CASE("log text cannot break out of its JSON string or its line") {
  CHECK(escaped("plain 中文") == "plain 中文");
  CHECK(escaped("\"quoted\" \\back") == "\\\"quoted\\\" \\\\back");
  CHECK(escaped("two\nlines\r\ttab") == "two\\nlines\\u000d\\u0009tab");
  CHECK(escaped(std::string_view("\0\x1b[31m\x7f", 7)) == "\\u0000\\u001b[31m\\u007f");
}

TEST_CASE("a log line holds its fields, typed") {
  Listening log;
  base::log::set_level(base::log::Level::info);
  base::log::info("done \"x\"", {{"text", "a\nb"}, {"count", 7}, {"ratio", 0.5}, {"ok", true}, {"big", std::int64_t{-9'000'000'000}}});
  CHECK(log.text.str() == "info \"msg\":\"done \\\"x\\\"\",\"text\":\"a\\nb\",\"count\":7,\"ratio\":0.5,\"ok\":true,\"big\":-9000000000\n");
}

TEST_CASE("what lies below the level is not written") {
  Listening log;
  base::log::set_level(base::log::Level::warn);
  base::log::info("no");
  base::log::debug("no");
  base::log::warn("yes");
  CHECK(log.text.str() == "warning \"msg\":\"yes\"\n");
  CHECK(base::log::level() == base::log::Level::warn);
  CHECK_FALSE(base::log::enabled(base::log::Level::info));
  base::log::set_level(base::log::Level::info);
}

TEST_CASE("level names") {
  CHECK(base::log::parse_level("debug") == base::log::Level::debug);
  CHECK(base::log::parse_level("off") == base::log::Level::off);
  CHECK_FALSE(base::log::parse_level("Debug"));
  CHECK_FALSE(base::log::parse_level(""));
}
