// A folder and an event loop for one test of the SQLite store.
#pragma once

#include "records/sqlite/store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <stdexcept>

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sqlite-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name = "records.db") const { return (path / name).string(); }

  std::filesystem::path path;
};

/// Runs `work` on a loop of its own.
template <class T>
T wait(records::Awaitable<T> work) {
  boost::asio::io_context loop;
  auto result = boost::asio::co_spawn(loop, std::move(work), boost::asio::use_future);
  loop.run();
  return result.get();
}

inline base::Deadline soon() { return base::SteadyClock::now() + std::chrono::seconds(30); }

inline std::unique_ptr<records::RecordStore> open(const std::string& path, std::function<base::Micros()> now = base::now) {
  auto store = records::sqlite::open_sqlite({.path = path, .now = std::move(now)});
  if (!store) throw std::runtime_error(store.error().message + ": " + store.error().detail);
  return std::move(*store);
}

inline base::Result<records::Written> create(records::RecordStore& store, std::string title, records::Idempotency idempotency = {}) {
  auto outcomes = wait(store.create(
      std::vector<records::Creation>{{.record = {.title = std::move(title), .owner = "o"}, .idempotency = std::move(idempotency)}}, {},
      soon()));
  return std::move(outcomes.at(0));
}
