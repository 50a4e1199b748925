#include "harness.hpp"

#include "support/catch.hpp"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <ostream>

namespace records {

std::ostream& operator<<(std::ostream& out, const Record& record) {
  return out << "#" << record.id << " v" << record.version << " \"" << record.title.substr(0, 60) << "\" " << record.owner << " "
             << name(record.status) << " " << record.description.size() << "B " << base::rfc3339(record.created_at) << " "
             << base::rfc3339(record.updated_at);
}

}  // namespace records

namespace contract {
namespace {

struct World {
  boost::asio::io_context loop;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay = boost::asio::make_work_guard(loop);
  OpenStore opened;
};

std::optional<World>& world() {
  static std::optional<World> instance;
  return instance;
}

Written must(base::Result<Written> result) {
  if (!result) FAIL(base::name(result.error().code) << ": " << result.error().message << " " << result.error().detail);
  return std::move(*result);
}

}  // namespace

void open(const std::string& url) {
  world().emplace();
  world()->opened = make_store(world()->loop, url);
}

void close() { world().reset(); }

boost::asio::io_context& loop() { return world()->loop; }
RecordStore& store() { return *world()->opened.store; }

base::Deadline soon() { return base::SteadyClock::now() + std::chrono::seconds(30); }
base::Deadline past() { return base::SteadyClock::now() - std::chrono::milliseconds(1); }

std::string unique(const std::string& stem) {
  static int count = 0;
  return stem + "-" + std::to_string(::getpid()) + "-" + std::to_string(base::now().time_since_epoch().count()) + "-" +
         std::to_string(++count);
}

std::string Workshop::make_owner() { return owners_.emplace_back(unique("contract")); }

Workshop::~Workshop() {
  for (const std::string& each : owners_) {
    for (bool more = true; more;) {
      auto page = wait(store().list(ListQuery{.filter = {.owner = each}, .limit = limits::page, .count = false}, reading()));
      if (!page) break;
      for (const Record& record : page->value.items) try_remove(Deletion{.id = record.id});
      more = page->value.more;
    }
  }
}

ReadOptions Workshop::reading() const { return {.position = position_, .deadline = soon()}; }
void Workshop::saw(Position position) { position_ = base::later(position_, position); }
ListQuery Workshop::mine(Sort sort, int limit) const { return {.filter = {.owner = owner}, .sort = sort, .limit = limit}; }

std::vector<base::Result<Written>> Workshop::try_create_all(std::vector<Creation> creations, const std::string& name) {
  auto outcomes = wait(store().create(std::move(creations), name, soon()));
  for (const auto& outcome : outcomes)
    if (outcome) saw(outcome->position);
  return outcomes;
}

base::Result<Written> Workshop::try_create(Creation creation) {
  std::vector<Creation> one;
  one.push_back(std::move(creation));
  auto outcomes = try_create_all(std::move(one));
  REQUIRE(outcomes.size() == 1);
  return std::move(outcomes.front());
}

base::Result<Written> Workshop::try_update(Update update) {
  auto outcome = wait(store().update(std::move(update), soon()));
  if (outcome) saw(outcome->position);
  return outcome;
}

base::Result<Written> Workshop::try_remove(Deletion deletion) {
  auto outcome = wait(store().remove(std::move(deletion), soon()));
  if (outcome) saw(outcome->position);
  return outcome;
}

Record Workshop::create(NewRecord record) { return must(try_create(Creation{.record = std::move(record)})).record; }

std::vector<Record> Workshop::create_all(std::vector<NewRecord> records) {
  std::vector<Creation> creations;
  for (NewRecord& record : records) creations.push_back({.record = std::move(record)});
  std::vector<Record> created;
  for (auto& outcome : try_create_all(std::move(creations))) created.push_back(must(std::move(outcome)).record);
  return created;
}

Written Workshop::create_with_key(NewRecord record, const std::string& key, const std::string& fingerprint) {
  return must(try_create(Creation{.record = std::move(record), .idempotency = {key, fingerprint}}));
}

Page Workshop::list(ListQuery query) {
  auto page = wait(store().list(std::move(query), reading()));
  if (!page) FAIL(base::name(page.error().code) << ": " << page.error().message << " " << page.error().detail);
  return std::move(page->value);
}

std::vector<Record> Workshop::get(std::vector<std::int64_t> ids) {
  auto found = wait(store().get(std::move(ids), reading()));
  if (!found) FAIL(base::name(found.error().code) << ": " << found.error().message << " " << found.error().detail);
  CHECK_FALSE(found->served_by.empty());
  std::ranges::sort(found->value, {}, &Record::id);
  return std::move(found->value);
}

Record Workshop::get_one(std::int64_t id) {
  auto found = get({id});
  REQUIRE(found.size() == 1);
  return std::move(found.front());
}

Record Workshop::change(std::int64_t id, Change change) { return must(try_update(Update{.id = id, .change = std::move(change)})).record; }

void Workshop::remove(std::int64_t id) { must(try_remove(Deletion{.id = id})); }

}  // namespace contract
