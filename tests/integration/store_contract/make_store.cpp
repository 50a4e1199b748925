// Which store the contract runs on: the one place that knows the implementations.
#include "harness.hpp"

#include "cluster/cluster.hpp"
#include "records/postgres/store.hpp"
#include "records/sqlite/store.hpp"

#include <stdexcept>

namespace contract {
namespace {

OpenStore make_sqlite(const std::string& path) {
  auto opened = records::sqlite::open_sqlite({.path = path});
  if (!opened) throw std::runtime_error("cannot open " + path + ": " + opened.error().message + " " + opened.error().detail);
  return {.foundation = {}, .store = std::move(*opened)};
}

/// A cluster whose checks end before it goes.
struct RunningCluster {
  RunningCluster(boost::asio::io_context& context, const cluster::DatabaseConfig& config)
      : loop(context), cluster(context.get_executor(), config) {
    cluster.start();
  }
  ~RunningCluster() {
    cluster.stop();
    loop.poll();
  }

  boost::asio::io_context& loop;
  cluster::Cluster cluster;
};

OpenStore make_postgresql(boost::asio::io_context& loop, const std::string& url) {
  cluster::DatabaseSettings settings;
  settings.url = url;
  auto running = std::make_shared<RunningCluster>(loop, cluster::check(settings));
  auto work = [&running](pg::Connection& connection) {
    return pg::migrate(connection, records::postgres::migrations(running->cluster.dialect()), soon());
  };
  auto migrated = finish(
      boost::asio::co_spawn(loop, running->cluster.run<int>(cluster::Intent::write, {}, soon(), work), boost::asio::use_future), loop);
  if (!migrated) throw std::runtime_error("cannot migrate the test database: " + migrated.error().message + " " + migrated.error().detail);
  auto store = std::make_unique<records::postgres::Store>(running->cluster);
  return {.foundation = std::move(running), .store = std::move(store)};
}

}  // namespace

OpenStore make_store(boost::asio::io_context& loop, const std::string& url) {
  const std::string sqlite = "sqlite:///";
  if (url.starts_with(sqlite)) return make_sqlite(url.substr(sqlite.size()));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return make_postgresql(loop, url);
  throw std::runtime_error("TEST_DATABASE_URL: expected sqlite:///… or postgresql://…");
}

}  // namespace contract
