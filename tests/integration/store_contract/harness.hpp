// What the contract tests stand on: one store for the whole run, chosen by URL, and a workshop for each test that makes records under names
// of its own and removes them at the end, so that the tests pass beside other rows and leave none.
#pragma once

#include "records/record_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace records {

/// How a failed comparison shows a record.
std::ostream& operator<<(std::ostream& out, const Record& record);

}  // namespace records

namespace contract {

using namespace records;

/// A store and whatever it needs to live.
struct OpenStore {
  std::shared_ptr<void> foundation;
  std::unique_ptr<RecordStore> store;
};

/// By scheme: sqlite:///file, sqlite:///:memory:, postgresql://… (also postgres://). Throws with one line where that fails.
OpenStore make_store(boost::asio::io_context& loop, const std::string& url);

/// Called by main, once.
void open(const std::string& url);
void close();

boost::asio::io_context& loop();
RecordStore& store();

/// Runs the loop until the future is ready.
template <class T>
T finish(std::future<T> future, boost::asio::io_context& context = loop()) {
  while (future.wait_for(std::chrono::seconds(0)) != std::future_status::ready) context.run_one();
  return future.get();
}

template <class T>
T wait(Awaitable<T> work) {
  return finish(boost::asio::co_spawn(loop(), std::move(work), boost::asio::use_future));
}

/// All at the same time; results in order.
template <class T>
std::vector<T> wait_all(std::vector<Awaitable<T>> works) {
  std::vector<std::future<T>> futures;
  for (auto& work : works) futures.push_back(boost::asio::co_spawn(loop(), std::move(work), boost::asio::use_future));
  std::vector<T> results;
  for (auto& future : futures) results.push_back(finish(std::move(future)));
  return results;
}

base::Deadline soon();
base::Deadline past();

/// A text that no other test and no other run uses.
std::string unique(const std::string& stem);

/// One test's records.
class Workshop {
  std::vector<std::string> owners_;  // before `owner`, which is its first

 public:
  Workshop() : owner(make_owner()) {}
  ~Workshop();

  const std::string owner;
  /// A further owner whose records are removed at the end.
  std::string make_owner();

  NewRecord draft(std::string title = "a record") const { return {.title = std::move(title), .owner = owner}; }

  /// Each must succeed.
  Record create(NewRecord record);
  std::vector<Record> create_all(std::vector<NewRecord> records);
  Written create_with_key(NewRecord record, const std::string& key, const std::string& fingerprint = "f");
  Page list(ListQuery query);
  std::vector<Record> get(std::vector<std::int64_t> ids);
  Record get_one(std::int64_t id);
  Record change(std::int64_t id, Change change);
  void remove(std::int64_t id);

  /// Each may fail. Positions of writes are remembered, so that reads see them.
  base::Result<Written> try_create(Creation creation);
  std::vector<base::Result<Written>> try_create_all(std::vector<Creation> creations, const std::string& name = {});
  base::Result<Written> try_update(Update update);
  base::Result<Written> try_remove(Deletion deletion);

  ReadOptions reading() const;
  void saw(Position position);

  ListQuery mine(Sort sort = {}, int limit = limits::page) const;

 private:
  Position position_;
};

}  // namespace contract
