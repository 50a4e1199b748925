// analytics-service as a process: what it says and how it ends.
#include "../sqlite/support.hpp"

#include "support/catch.hpp"

#include <analytics/v1/analytics.grpc.pb.h>
#include <grpcpp/grpcpp.h>
#include <boost/asio/ip/tcp.hpp>
#include <boost/process.hpp>

#include <algorithm>
#include <csignal>
#include <iterator>

namespace process = boost::process;
namespace v1 = analytics::v1;

namespace {

process::environment clean_environment() {
  process::environment environment;
  environment["PATH"] = "/usr/bin:/bin";
  return environment;
}

struct Outcome {
  int exit_code;
  std::string out, err;
};

std::string all_of(process::ipstream& stream) { return {std::istreambuf_iterator<char>(stream), {}}; }

/// Runs it to its end, in a folder without a .env file.
Outcome run(const std::vector<std::string>& arguments, const process::environment& environment = clean_environment()) {
  const Folder folder;
  process::ipstream out, err;
  process::child child(ANALYTICS_SERVICE, process::args(arguments), process::env(environment), process::start_dir(folder.path.string()),
                       process::std_out > out, process::std_err > err, process::std_in < process::null);
  Outcome outcome{0, all_of(out), all_of(err)};
  child.wait();
  outcome.exit_code = child.exit_code();
  return outcome;
}

int port_in(process::ipstream& log) {
  for (std::string line; std::getline(log, line);) {
    const std::string key = "\"port\":";
    if (const auto at = line.find(key); at != std::string::npos) return std::stoi(line.substr(at + key.size()));
  }
  return 0;
}

}  // namespace

TEST_CASE("--help names every setting, --version the version") {
  const Outcome help = run({"--help"});
  CHECK(help.exit_code == 0);
  for (const char* const setting : {"ANALYTICS_LISTEN", "DATABASE_URL", "GAUSS_HOST", "FLINK_SQL_GATEWAY_URL", "FLINK_REST_URL",
                                    "FLINK_JOB_NAME", "FLINK_PARALLELISM", "LOG_LEVEL", "127.0.0.1:50052"})
    CHECK(help.out.find(setting) != std::string::npos);
  const Outcome version = run({"--version"});
  CHECK(version.exit_code == 0);
  CHECK(version.out == std::string(RECORDS_VERSION) + "\n");
}

TEST_CASE("a bad setting ends the start with one line that names it") {
  const std::string file = "--database-url=sqlite:///records.db";
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{}, "DATABASE_URL or GAUSS_HOST: one of them is needed"},
      {{"--database-url", "sqlite:///:memory:"},
       "DATABASE_URL: sqlite:///:memory: belongs to one process and cannot be counted by another: give a file"},
      {{file, "--listen", "nowhere"}, "ANALYTICS_LISTEN: expected host:port with a port from 1 to 65535, got \"nowhere\""},
      {{file, "--flink-sql-gateway-url", "flink:8083"}, "FLINK_SQL_GATEWAY_URL: expected http://host:port, got \"flink:8083\""},
      {{file, "--flink-rest-url", "https://flink"}, "FLINK_REST_URL: expected http://host:port, got \"https://flink\""},
      {{file, "--log-level", "loud"}, "LOG_LEVEL: expected trace, debug, info, warn, error, critical or off, got \"loud\""},
  };
  for (const auto& [arguments, line] : cases) {
    const Outcome outcome = run(arguments);
    CHECK(outcome.err == "analytics-service: " + line + "\n");
    CHECK(outcome.exit_code == 2);
  }
  for (const char* const odd : {"--flink-parallelism=0", "--live-period-ms=x", "--no-such-flag"}) {
    const Outcome outcome = run({file, odd});
    CHECK(outcome.exit_code == 2);
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
  }
}

TEST_CASE("it serves, also before the store is there, follows it, and ends on SIGTERM") {
  const Folder folder;
  process::environment environment = clean_environment();
  environment["DATABASE_URL"] = "sqlite:///" + folder.file();
  environment["ANALYTICS_LISTEN"] = "127.0.0.1:0";
  process::ipstream log;
  process::child child(ANALYTICS_SERVICE, process::env(environment), process::start_dir(folder.path.string()), process::std_err > log,
                       process::std_in < process::null);
  const int port = port_in(log);
  REQUIRE(port > 0);
  const auto stub =
      v1::AnalyticsService::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  const auto ask = [&](v1::Summary& summary) {
    grpc::ClientContext context;
    const auto reader = stub->Summarize(&context, {});
    for (v1::SummarizeResponse message; reader->Read(&message);)
      if (message.has_summary()) summary = message.summary();
    return reader->Finish();
  };
  v1::Summary summary;
  CHECK(ask(summary).error_code() == grpc::StatusCode::UNAVAILABLE);
  const auto store = open(folder.file());
  create(*store, "one");
  REQUIRE(ask(summary).ok());
  CHECK(summary.total() == 1);

  grpc::ClientContext watch;
  const auto watching = stub->WatchCounts(&watch, {});
  v1::WatchCountsResponse counts;
  REQUIRE(watching->Read(&counts));
  ::kill(child.id(), SIGTERM);
  while (watching->Read(&counts)) {
  }
  CHECK(watching->Finish().error_code() == grpc::StatusCode::UNAVAILABLE);
  const std::string rest = all_of(log);
  child.wait();
  CHECK(child.exit_code() == 0);
  CHECK(rest.find("\"msg\":\"stopped\"") != std::string::npos);
}

TEST_CASE("an address that is taken is one line") {
  const Folder folder;
  boost::asio::io_context loop;
  boost::asio::ip::tcp::acceptor taken(loop, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const Outcome outcome = run({"--database-url", "sqlite:///records.db", "--log-level", "off", "--listen",
                               "127.0.0.1:" + std::to_string(taken.local_endpoint().port())});
  CHECK(outcome.exit_code == 3);
  CHECK(outcome.err.find(std::to_string(taken.local_endpoint().port())) != std::string::npos);
}
