// records-service: its settings, where they come from, and starts that are refused.
#include "program.hpp"

#include "support/catch.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <fstream>

namespace {

const std::string file = "--database-url=sqlite:///records.db";

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("--help names every setting with its default, --version the version") {
  const Ended help = run({"--help"});
  CHECK(help.code == 0);
  CHECK(help.err.empty());
  for (const char* const word :
       {"RECORDS_LISTEN",   "127.0.0.1:50051", "LOG_LEVEL",     "DRAIN_MS", "10000",      "IDEMPOTENCY_TTL_HOURS", "24",
        "DATABASE_URL",     "GAUSS_HOST",      "GAUSS_PORT",    "5432",     "GAUSS_USER", "GAUSS_PASSWORD",        "GAUSS_PASSWORD_FILE",
        "GAUSS_DB",         "GAUSS_READ_DSN",  "GAUSS_DIALECT", "auto",     "POOL_SIZE",  "POOL_WAITING",          "PROBE_PERIOD_MS",
        "PROBE_TIMEOUT_MS", "serve",           "migrate",       "demo",     "SIGUSR1"}) {
    CAPTURE(word);
    CHECK(contains(help.out, word));
  }
  const Ended version = run({"--version"});
  CHECK(version.code == 0);
  CHECK(version.out == std::string(RECORDS_VERSION) + "\n");
}

TEST_CASE("a bad setting ends the start with one line that names it") {
  const std::pair<Arguments, std::string> cases[] = {
      {{}, "DATABASE_URL or GAUSS_HOST: one of them is needed"},
      {{"--database-url", "mysql://host/db"}, "DATABASE_URL: expected postgresql://… or sqlite:///…"},
      {{"--database-url", "sqlite:///"}, "DATABASE_URL: sqlite:/// needs a path, for example sqlite:///records.db"},
      {{"--database-url", "postgresql://h1,h2,h3:1,2/db"}, "DATABASE_URL: "},
      {{"--database-url", "postgresql://host/db?nonsense=1"}, "DATABASE_URL: "},
      {{"--database-url", "postgresql://host:99999/db"}, "DATABASE_URL: "},
      {{"--gauss-host", "h"}, "GAUSS_USER: needed with GAUSS_HOST"},
      {{"--gauss-host", "h1,h2,h3", "--gauss-user", "u", "--gauss-port", "1,2"}, "GAUSS_HOST: 2 ports for 3 hosts"},
      {{file, "--gauss-dialect", "oracle"}, "GAUSS_DIALECT: expected auto, postgresql or opengauss, got \"oracle\""},
      {{file, "--listen", "nowhere"}, "RECORDS_LISTEN: expected host:port with a port from 1 to 65535, got \"nowhere\""},
      {{file, "--listen", "127.0.0.1:65536"}, "RECORDS_LISTEN: "},
      {{file, "--log-level", "loud"}, "LOG_LEVEL: expected trace, debug, info, warn, error, critical or off, got \"loud\""},
      {{file, "--drain-ms", "-1"}, "--drain-ms"},
      {{file, "--idempotency-ttl-hours", "0"}, "--idempotency-ttl-hours"},
      {{file, "--pool-size", "many"}, "--pool-size"},
      {{file, "--pool-waiting", "0"}, "--pool-waiting"},
      {{file, "--probe-period-ms", "1"}, "--probe-period-ms"},
      {{file, "--probe-timeout-ms", "1"}, "--probe-timeout-ms"},
      {{file, "demo", "0"}, "N"},
      {{file, "demo"}, "N"},
      {{file, "--no-such-flag"}, "--no-such-flag"},
      {{file, "serve", "migrate"}, "migrate"},
  };
  for (const auto& [arguments, words] : cases) {
    CAPTURE(words);
    const Ended refused = run(arguments);
    CHECK(refused.code == 2);
    CHECK(std::ranges::count(refused.err, '\n') == 1);
    CHECK(refused.err.starts_with("records-service: "));
    CHECK(contains(refused.err, words));
    CHECK(refused.out.empty());
  }
}

TEST_CASE("a bad setting is named when it comes from the environment, too") {
  const Ended refused = run({file}, {{"DRAIN_MS", "soon"}});
  CHECK(refused.code == 2);
  CHECK(std::ranges::count(refused.err, '\n') == 1);
  CHECK((contains(refused.err, "drain-ms") || contains(refused.err, "DRAIN_MS")));
  const Settings both{{"GAUSS_HOST", "h"}, {"GAUSS_USER", "u"}, {"GAUSS_PASSWORD", "hidden"}, {"GAUSS_PASSWORD_FILE", "also"}};
  CHECK(run({}, both).err == "records-service: GAUSS_PASSWORD and GAUSS_PASSWORD_FILE are both set: give one\n");
  CHECK(run({}, {{"GAUSS_HOST", "h"}, {"GAUSS_USER", "u"}, {"GAUSS_PASSWORD_FILE", "/nowhere/x"}}).err ==
        "records-service: GAUSS_PASSWORD_FILE: cannot read /nowhere/x\n");
}

TEST_CASE("a bad database address does not show the password in it") {
  for (const char* const address : {"postgresql://user:hidden@[::1", "postgresql://user:hidden%zz@host/db",
                                    "postgresql://user:hidden@host:99999/db", "postgresql://user:x@hidden@host/db",
                                    "postgresql://user:hidden@host/db?x=y", "postgresql:/user:hidden@host/db", "user:hidden@host"}) {
    CAPTURE(address);
    for (const char* const setting : {"DATABASE_URL", "GAUSS_READ_DSN"}) {
      Settings settings{{"DATABASE_URL", "postgresql://127.0.0.1:1/db"}};
      settings[setting] = address;
      const Ended refused = run({}, settings);
      CHECK(refused.code == 2);
      CHECK(std::ranges::count(refused.err, '\n') == 1);
      CHECK(contains(refused.err, setting));
      CHECK_FALSE(contains(refused.err, "hid"));
      CHECK_FALSE(contains(refused.err, "den@"));
    }
  }
}

TEST_CASE("a port that is taken is one line and exit code 3") {
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor taken(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const std::string address = "127.0.0.1:" + std::to_string(taken.local_endpoint().port());
  const Ended refused = run({file, "--listen", address});
  CHECK(refused.code == 3);
  CHECK(refused.err == "records-service: cannot listen on " + address + ": is the port taken?\n");
}

TEST_CASE("a database file that cannot be had is exit code 3 and says so") {
  const Ended refused = run({"--database-url", "sqlite:////nowhere/at/all/records.db"});
  CHECK(refused.code == 3);
  const auto lines = log_lines(refused.err);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].at("level").as_string() == "error");
}

TEST_CASE("settings come from .env, the environment goes before it, flags before both") {
  const Folder folder;
  std::ofstream(folder.file(".env"))
      << "# a comment\n\nexport DATABASE_URL=\"sqlite:///from-file.db\"\nRECORDS_LISTEN=127.0.0.1:0\nLOG_LEVEL='error'\n";
  const auto database = [&](const Arguments& arguments, const Settings& settings) {
    Program program(folder, arguments, settings);
    const std::string named(program.wait_for("serving").at("database").as_string());
    program.signal(SIGTERM);
    CHECK(program.wait() == 0);
    return named;
  };
  CHECK(database({"--log-level=info"}, {}) == "sqlite from-file.db");
  CHECK(database({}, {{"LOG_LEVEL", "info"}, {"DATABASE_URL", "sqlite:///from-environment.db"}}) == "sqlite from-environment.db");
  CHECK(database({"--log-level=info", "--database-url=sqlite:///from-flag.db"}, {{"DATABASE_URL", "sqlite:///from-environment.db"}}) ==
        "sqlite from-flag.db");
  std::ofstream(folder.file(".env"), std::ios::app) << "what is this\n";
  const Ended refused = run_in(folder, {});
  CHECK(refused.code == 2);
  CHECK(refused.err == "records-service: .env line 6: expected NAME=value\n");
}
