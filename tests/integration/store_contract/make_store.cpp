// Which store the contract runs on: the one place that knows the implementations.
#include "harness.hpp"

#include "records/sqlite/store.hpp"

#include <stdexcept>

namespace contract {
namespace {

OpenStore make_sqlite(const std::string& path) {
  auto opened = records::sqlite::open_sqlite({.path = path});
  if (!opened) throw std::runtime_error("cannot open " + path + ": " + opened.error().message + " " + opened.error().detail);
  return {.foundation = {}, .store = std::move(*opened)};
}

OpenStore make_postgresql(boost::asio::io_context&, const std::string&) {
  throw std::runtime_error("the PostgreSQL store is not part of this build");
}

}  // namespace

OpenStore make_store(boost::asio::io_context& loop, const std::string& url) {
  const std::string sqlite = "sqlite:///";
  if (url.starts_with(sqlite)) return make_sqlite(url.substr(sqlite.size()));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return make_postgresql(loop, url);
  throw std::runtime_error("TEST_DATABASE_URL: expected sqlite:///… or postgresql://…");
}

}  // namespace contract
