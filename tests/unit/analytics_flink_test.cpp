// The parts of Flink's client that only think: the breaker, the SQL with its values, what a stack trace says, what is done about the
// streaming job, addresses for JDBC.
#include "analytics/flink/breaker.hpp"
#include "analytics/flink/jdbc.hpp"
#include "analytics/flink/live_job.hpp"
#include "analytics/flink/sql_gateway.hpp"
#include "analytics/flink/statements.hpp"

#include "support/catch.hpp"

using namespace analytics::flink;
using std::chrono::milliseconds;

TEST_CASE("breaker: what is absent is not asked until it is present") {
  Breaker breaker;
  const base::Deadline now{};
  CHECK_FALSE(breaker.refusal(now));
  breaker.absent(base::unavailable("refused"));
  CHECK(breaker.refusal(now)->message == "refused");
  CHECK(breaker.refusal(now + std::chrono::hours(1))->message == "refused");
  breaker.present();
  CHECK_FALSE(breaker.refusal(now));
}

TEST_CASE("breaker: after a failed job nobody asks for a while that doubles, up to a bound; a job that works ends it") {
  Breaker breaker;
  base::Deadline now{};
  milliseconds pause = Breaker::first_pause;
  for (int failures = 0; failures < 10; ++failures) {
    breaker.failed(base::unavailable("job"), now);
    CHECK(breaker.refusal(now + pause - milliseconds(1))->message == "job");
    CHECK_FALSE(breaker.refusal(now + pause));
    now += pause;
    pause = std::min(pause * 2, Breaker::longest_pause);
  }
  breaker.failed(base::unavailable("job"), now);
  breaker.present();  // that Flink is there does not say that jobs work
  CHECK(breaker.refusal(now));
  breaker.succeeded();
  CHECK_FALSE(breaker.refusal(now));
  breaker.failed(base::unavailable("job"), now);
  CHECK_FALSE(breaker.refusal(now + Breaker::first_pause));
}

TEST_CASE("statements: values cannot end the literal or the statement that they stand in") {
  const auto filled = statements("-- a remark\nCREATE TABLE t ('password' = '${password}',\n 'x' = '${x}');\n\nSELECT ${n} FROM t;\n",
                                 {{"password", "it's; a\n\"secret\";\n"}, {"x", "${n}"}, {"n", "7"}});
  REQUIRE(filled.size() == 2);
  CHECK(filled[0] == "CREATE TABLE t ('password' = 'it''s; a\n\"secret\";\n',\n 'x' = '${n}')\n");
  CHECK(filled[1] == "SELECT 7 FROM t\n");
  CHECK_THROWS_AS(statements("SELECT ${missing};\n", {}), std::logic_error);
}

TEST_CASE("statements: the scripts know no value that is not set, and end with what is run") {
  const auto summary =
      statements(summary_script(), {{"jdbc_url", "u"}, {"user", "n"}, {"password", "p"}, {"first_id", "1"}, {"last_id", "9"}});
  REQUIRE(summary.size() == 2);
  CHECK(summary[1].starts_with("SELECT GROUPING(status)"));
  CHECK(summary[1].find("'scan.partition.upper-bound' = '9'") != std::string::npos);
  const auto live = statements(live_script(), {{"primary_host", "h"},
                                               {"primary_port", "1"},
                                               {"user", "n"},
                                               {"password", "p"},
                                               {"database", "d"},
                                               {"slot", "s"},
                                               {"publication", "q"},
                                               {"jdbc_url", "u"},
                                               {"generation", "3"},
                                               {"rates_since_ms", "0"}});
  REQUIRE(live.size() == 3);
  CHECK(live[2].starts_with("INSERT INTO counts"));
}

TEST_CASE("a stack trace is told by its innermost cause") {
  const std::string trace =
      "Internal server error.\n<Exception on server side:\norg.apache.flink.table.gateway.api.utils.SqlGatewayException: Failed to "
      "fetchResults.\n"
      "\tat org.apache.flink.X.y(X.java:1)\nCaused by: java.lang.RuntimeException: Failed to fetch next result\n\t... 8 more\n"
      "Caused by: org.postgresql.util.PSQLException: Connection to 127.0.0.1:5432 refused.\n\t... 27 more\n\nEnd of exception on server "
      "side>\n";
  CHECK(innermost_cause(trace) == "Connection to 127.0.0.1:5432 refused.");
  CHECK(innermost_cause(
            "Internal server error.\n<Exception on server side:\njava.lang.IllegalStateException: no cause named\n\tat a.b(C.java)\n") ==
        "no cause named");
  CHECK(innermost_cause("Caused by: java.util.concurrent.TimeoutException\n") == "TimeoutException");
  CHECK(innermost_cause("").empty());
  const std::string cut = innermost_cause("Caused by: a.B: " + std::string(239, 'x') + "\xE4\xB8\xAD\xE6\x96\x87");
  CHECK(cut == std::string(239, 'x') + "…");  // not in the middle of a character
}

TEST_CASE("the streaming job: what is to be done") {
  const LiveJobRow live{.generation = 4, .state = "live", .job_id = "j", .timeline = 2, .checkpoint = "file:/c", .primary_timeline = 2};
  const JobState running{.id = "j", .state = "RUNNING"}, restarting{.id = "j", .state = "RESTARTING"}, failed{.id = "j", .state = "FAILED"};
  const JobState unknown{.id = "j"};
  CHECK(next_step(live, running, false, 0) == Step::tend);
  CHECK(next_step(live, restarting, false, 0) == Step::tend);  // Flink does that itself
  CHECK(next_step(live, failed, false, 0) == Step::resume);
  CHECK(next_step(live, unknown, false, 0) == Step::resume);  // the JobManager was restarted
  CHECK(next_step(live, running, true, 0) == Step::resume);
  CHECK(next_step(live, failed, false, 2) == Step::begin);  // it has been tried

  LiveJobRow row = live;
  row.checkpoint.clear();
  CHECK(next_step(row, failed, false, 0) == Step::begin);
  row = live;
  row.primary_timeline = 3;  // a failover: what the old primary logged last may be gone, though it has been counted
  CHECK(next_step(row, running, false, 0) == Step::begin);
  row = live;
  row.state = "starting";
  CHECK(next_step(row, running, false, 0) == Step::tend);
  CHECK(next_step(row, failed, false, 0) == Step::begin);
  const JobState again{.id = "j", .state = "RUNNING", .restarted = true};
  CHECK(next_step(row, again, false, 0) == Step::begin);  // amid the snapshot
  CHECK(next_step(live, again, false, 0) == Step::tend);
  row.job_id.clear();  // it was to be submitted when its keeper died
  CHECK(next_step(row, unknown, false, 0) == Step::begin);
  CHECK(next_step({.state = "none"}, {}, false, 0) == Step::begin);
}

TEST_CASE("JDBC addresses: one node by its name, all for the primary; what is special is escaped") {
  cluster::DatabaseConfig database;
  database.nodes = {
      {"a:1", {{"host", "a"}, {"port", "1"}, {"user", "u"}, {"password", "p'w"}, {"dbname", "my db&x"}, {"sslmode", "require"}}},
      {"::1:2", {{"host", "::1"}, {"port", "2"}, {"user", "u"}, {"dbname", "my db&x"}}}};
  const Jdbc jdbc(database);
  CHECK(jdbc.node("a:1").url.starts_with("jdbc:postgresql://a:1/my%20db%26x?targetServerType=any&"));
  CHECK(jdbc.node("a:1").url.ends_with("&sslmode=require"));
  CHECK(jdbc.node("a:1").password == "p'w");
  CHECK(jdbc.node("::1:2").url.starts_with("jdbc:postgresql://[::1]:2/"));
  CHECK(jdbc.primary().password == "p'w");
  CHECK(jdbc.primary().url.starts_with("jdbc:postgresql://a:1,[::1]:2/my%20db%26x?targetServerType=primary&"));
}
