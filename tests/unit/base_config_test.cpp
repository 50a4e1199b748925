#include "base/config.hpp"

#include "support/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

namespace {

/// A folder of files that goes with the test; variables that the test sets are named here and go too.
struct Place {
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "config-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    folder = name;
  }
  ~Place() {
    std::filesystem::remove_all(folder);
    for (const char* name : {"UT_A", "UT_B", "UT_C", "UT_D", "UT_E", "UT_SECRET", "UT_SECRET_FILE"}) ::unsetenv(name);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }

  std::filesystem::path folder;
};

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::ConfigError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE(".env: values, comments, quotes, export; what is set already wins") {
  const Place place;
  ::setenv("UT_B", "from outside", 1);
  base::load_env_file(place.write(".env",
                                  "# a comment\n"
                                  "\n"
                                  "UT_A = plain value  \r\n"
                                  "UT_B=from file\n"
                                  "export UT_C=\"quoted # not a comment\"\n"
                                  "  UT_D='single = quoted'\n"
                                  "UT_E=a=b\n"));
  CHECK(base::env("UT_A") == "plain value");
  CHECK(base::env("UT_B") == "from outside");
  CHECK(base::env("UT_C") == "quoted # not a comment");
  CHECK(base::env("UT_D") == "single = quoted");
  CHECK(base::env("UT_E") == "a=b");
}

TEST_CASE(".env: a missing file is nothing, a bad line is named by number") {
  const Place place;
  CHECK_NOTHROW(base::load_env_file((place.folder / "none").string()));
  for (const char* const line : {"just words", "=value", "1A=x", "A B=x", "A-B=x"}) {
    const std::string file = place.write(".env", std::string("UT_A=1\n\n") + line + "\n");
    CHECK(message_of([&] { base::load_env_file(file); }) == file + " line 3: expected NAME=value");
  }
}

TEST_CASE("env: an empty variable counts as absent") {
  const Place place;
  CHECK(base::env("UT_A", "otherwise") == "otherwise");
  ::setenv("UT_A", "", 1);
  CHECK(base::env("UT_A", "otherwise") == "otherwise");
  ::setenv("UT_A", "x", 1);
  CHECK(base::env("UT_A", "otherwise") == "x");
}

TEST_CASE("secret_env: the variable, or the file without its newline, not both") {
  const Place place;
  CHECK(base::secret_env("UT_SECRET").empty());
  ::setenv("UT_SECRET", "direct", 1);
  CHECK(base::secret_env("UT_SECRET") == "direct");
  ::setenv("UT_SECRET_FILE", place.write("secret", " in file \r\n\n").c_str(), 1);
  CHECK(message_of([] { base::secret_env("UT_SECRET"); }) == "UT_SECRET and UT_SECRET_FILE are both set: give one");
  ::unsetenv("UT_SECRET");
  CHECK(base::secret_env("UT_SECRET") == " in file ");
  const std::string missing = (place.folder / "missing").string();
  ::setenv("UT_SECRET_FILE", missing.c_str(), 1);
  CHECK(message_of([] { base::secret_env("UT_SECRET"); }) == "UT_SECRET_FILE: cannot read " + missing);
}

TEST_CASE("parse_endpoint: host and port") {
  const auto text = [](const std::string& endpoint) { return base::parse_endpoint("X", endpoint).text(); };
  CHECK(text("127.0.0.1:80") == "127.0.0.1:80");
  CHECK(text("db.example:65535") == "db.example:65535");
  CHECK(text("[::1]:5432") == "[::1]:5432");
  CHECK(base::parse_endpoint("X", "[::1]:5432").host == "::1");
  CHECK(base::parse_endpoint("X", "h:0", true).port == 0);
}

TEST_CASE("parse_endpoint: a bad one names the setting and the text") {
  const auto bad = GENERATE(as<std::string>(), "", "host", "host:", ":80", "host:0", "host:65536", "host:-1", "host:8o", "host: 80",
                            "host:80 ", "host:99999999999");
  CHECK(message_of([&] { base::parse_endpoint("LISTEN", bad); }) ==
        "LISTEN: expected host:port with a port from 1 to 65535, got \"" + bad + "\"");
}

TEST_CASE("split trims and keeps empty parts") {
  using Parts = std::vector<std::string>;
  CHECK(base::split("a, b ,c", ',') == Parts{"a", "b", "c"});
  CHECK(base::split("a,,c", ',') == Parts{"a", "", "c"});
  CHECK(base::split("", ',').empty());
}
