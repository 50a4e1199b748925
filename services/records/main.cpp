// records-service: wires configuration, cluster, store, service and server. Nothing else knows all parts.
#include "base/program.hpp"
#include "base/signals.hpp"
#include "cluster/service.hpp"
#include "records/config.hpp"
#include "records/demo.hpp"
#include "records/postgres/counters.hpp"
#include "records/postgres/store.hpp"
#include "records/service.hpp"
#include "records/sqlite/store.hpp"
#include "rpc/pollers.hpp"
#include "rpc/probe.hpp"
#include "rpc/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <thread>

namespace asio = boost::asio;
using records::Awaitable;

namespace {

constexpr auto start_timeout = std::chrono::seconds(30);
constexpr auto long_work = std::chrono::hours(1);  ///< what reads every record
constexpr auto look_timeout = std::chrono::seconds(5);
constexpr auto forget_period = std::chrono::minutes(1);
constexpr std::int64_t forget_at_once = 5000;

base::Deadline soon() { return base::SteadyClock::now() + start_timeout; }

/// Runs `work` to its end on a loop of its own turns.
template <class T>
base::Result<T> run(asio::io_context& loop, Awaitable<base::Result<T>> work) {
  std::optional<base::Result<T>> result;
  std::exception_ptr thrown;
  asio::co_spawn(loop, std::move(work), [&](std::exception_ptr e, base::Result<T> r) {
    thrown = e;
    result = std::move(r);
    loop.stop();
  });
  loop.restart();
  loop.run();
  loop.restart();
  if (thrown) std::rethrow_exception(thrown);
  return std::move(*result);
}

int fail(const base::Error& error) {
  base::log::error(error.message, {{"code", base::name(error.code)}, {"detail", error.detail}});
  return base::exit_code::unavailable;
}

Awaitable<base::Result<int>> migrate(cluster::Cluster& cluster) {
  auto work = [&cluster](pg::Connection& connection) {
    return pg::migrate(connection, records::postgres::migrations(cluster.dialect()), base::SteadyClock::now() + long_work);
  };
  auto done = co_await cluster.run<int>(cluster::Intent::write, {}, soon(), work);
  if (done.has_error()) co_return done.error();
  co_return done->value;
}

/// Whether the schema is there already, as any node has it.
Awaitable<base::Result<bool>> is_migrated(cluster::Cluster& cluster) {
  const base::Deadline deadline = base::SteadyClock::now() + look_timeout;
  auto look = [&](pg::Connection& connection) {
    return pg::is_migrated(connection, records::postgres::migrations(cluster.dialect()), deadline);
  };
  auto found = co_await cluster.run<bool>(cluster::Intent::read_eventual, {}, deadline, look);
  if (found.has_error()) co_return found.error();
  co_return found->value;
}

/// Without a primary a program that starts serves what the standbys have; without that it waits, and has no end of patience.
Awaitable<base::Result<int>> prepare_schema(cluster::Cluster& cluster) {
  for (;;) {
    base::Result<int> outcome = 0;
    if (const auto migrated = co_await is_migrated(cluster); migrated.has_error()) outcome = migrated.error();
    else if (!*migrated) outcome = co_await migrate(cluster);
    const bool waits =
        outcome.has_error() && (outcome.error().code == base::Code::unavailable || outcome.error().code == base::Code::deadline_exceeded);
    if (!waits) co_return outcome;
    base::log::warn("waiting for the database", {{"message", outcome.error().message}, {"detail", outcome.error().detail}});
  }
}

/// Idempotency keys beyond their time are forgotten.
Awaitable<void> forget_old_keys(records::postgres::Store& store, std::chrono::hours ttl) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    base::Result<std::int64_t> forgotten = forget_at_once;
    // Parts of a bounded size, until what is due has gone.
    while (forgotten.has_value() && *forgotten == forget_at_once)
      forgotten = co_await store.forget_keys(base::now() - ttl, forget_at_once, soon());
    if (forgotten.has_error())
      base::log::warn("old idempotency keys could not be removed",
                      {{"message", forgotten.error().message}, {"detail", forgotten.error().detail}});
    timer.expires_after(forget_period);
    boost::system::error_code stopped;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
    if (stopped) co_return;
  }
}

int serve(const records::Config& config, asio::io_context& loop, records::RecordStore& store, const cluster::Cluster* cluster) {
  records::Service service(loop.get_executor(), store);
  cluster::ClusterServiceImpl topology(loop.get_executor(), cluster, config.database.sqlite_path.value_or(""));
  const rpc::Pollers pollers(1);
  rpc::Server server({config.listen}, {&service, &topology});
  std::thread drain;
  base::on_stop_signals(loop, [&] {
    base::log::info("draining");
    service.drain();
    // The loop goes on while calls end.
    drain = std::thread([&] {
      server.drain(config.drain);
      loop.stop();
    });
  });
  base::log::info("serving", {{"port", server.port()}, {"database", config.database.summary()}, {"version", RECORDS_VERSION}});
  loop.run();
  if (drain.joinable()) drain.join();
  base::log::info("stopped");
  return base::exit_code::ok;
}

int check_counts(records::postgres::Counters& counters, asio::io_context& loop) {
  const auto deviations = run(loop, counters.check(base::SteadyClock::now() + long_work));
  if (deviations.has_error()) return fail(deviations.error());
  for (const auto& each : *deviations)
    base::log::error("a count deviates",
                     {{"owner", each.owner}, {"status", each.status}, {"counted", each.counted}, {"there", each.there}});
  base::log::info("the counts have been checked", {{"deviations", deviations->size()}});
  return deviations->empty() ? base::exit_code::ok : base::exit_code::failure;
}

int rebuild_counts(records::postgres::Counters& counters, asio::io_context& loop) {
  const auto done = run(loop, counters.rebuild(base::SteadyClock::now() + long_work));
  return done.has_error() ? fail(done.error()) : base::exit_code::ok;
}

int run_sqlite(const records::Config& config, asio::io_context& loop) {
  if (config.command == records::Command::check_counts || config.command == records::Command::rebuild_counts)
    throw base::ConfigError("DATABASE_URL: SQLite keeps no counts; these commands are for a cluster");
  const std::string& path = *config.database.sqlite_path;
  if (config.command == records::Command::migrate) {
    const base::Result<int> applied = records::sqlite::migrate_sqlite(path);
    return applied.has_error() ? fail(applied.error()) : base::exit_code::ok;
  }
  auto store = records::sqlite::open_sqlite({path});
  if (store.has_error()) return fail(store.error());
  if (config.command == records::Command::serve) return serve(config, loop, **store, nullptr);
  const auto loaded = run(loop, records::load_demo(**store, config.demo_records));
  return loaded.has_error() ? fail(loaded.error()) : base::exit_code::ok;
}

int run_cluster(const records::Config& config, asio::io_context& loop) {
  cluster::Cluster cluster(loop.get_executor(), config.database);
  cluster.start();
  const bool waits = config.command == records::Command::serve;
  const base::Result<int> applied = run(loop, waits ? prepare_schema(cluster) : migrate(cluster));
  if (applied.has_error()) return fail(applied.error());
  if (config.command == records::Command::migrate) {
    base::log::info("the schema is up to date", {{"applied", *applied}});
    return base::exit_code::ok;
  }
  records::postgres::Counters counters(cluster);
  if (config.command == records::Command::check_counts) return check_counts(counters, loop);
  if (config.command == records::Command::rebuild_counts) return rebuild_counts(counters, loop);
  records::postgres::Store store(cluster);
  if (config.command == records::Command::demo) {
    const auto loaded = run(loop, records::load_demo(store, config.demo_records));
    return loaded.has_error() ? fail(loaded.error()) : base::exit_code::ok;
  }
  asio::co_spawn(loop, counters.keep_folded(), asio::detached);
  asio::co_spawn(loop, forget_old_keys(store, config.idempotency_ttl), asio::detached);
  return serve(config, loop, store, &cluster);
}

}  // namespace

int main(int argc, char** argv) {
  return base::run_program("records-service", [&] {
    const auto config = records::read_config(argc, argv);
    if (!config) return base::exit_code::ok;
    if (config->command == records::Command::probe) return rpc::probe(config->listen);
    base::log::start("records-service", config->log_level);
    asio::io_context loop(1);
    return config->database.sqlite_path ? run_sqlite(*config, loop) : run_cluster(*config, loop);
  });
}
