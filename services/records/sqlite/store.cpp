#include "records/sqlite/store.hpp"

#include "lite/lane.hpp"
#include "records/sqlite/exchange.hpp"
#include "records/sqlite/idempotency.hpp"
#include "records/sqlite/migrations.hpp"
#include "records/sqlite/rows.hpp"
#include "records/sqlite/sql.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace records::sqlite {
namespace {

const char* const in_memory = ":memory:";
// Each open export holds a connection, and keeps SQLite from shortening its write-ahead log.
constexpr int most_exports = 16;

std::string json_array(const std::vector<std::int64_t>& ids) {
  std::string text = "[";
  for (const std::int64_t id : ids) text += (text.size() > 1 ? "," : "") + std::to_string(id);
  return text + "]";
}

std::string called(std::int64_t id) { return "record " + std::to_string(id); }

std::optional<Record> find(lite::Database& database, std::int64_t id) {
  const lite::Borrowed query = database.cached(sql::get_by_id);
  query->bind(":id", id);
  if (!query->step()) return std::nullopt;
  return read_record(*query);
}

/// The record, if it is there and has one of the expected versions.
base::Result<Record> find_expected(lite::Database& database, std::int64_t id, const std::vector<std::int64_t>& expected_versions) {
  auto record = find(database, id);
  if (!record) return base::not_found(called(id) + " does not exist");
  if (!expected_versions.empty() && std::ranges::find(expected_versions, record->version) == expected_versions.end())
    return base::version_mismatch(called(id) + " has version " + std::to_string(record->version));
  return std::move(*record);
}

base::Result<Page> list_page(lite::Database& database, const ListQuery& query) {
  Page page;
  lite::Transaction snapshot(database, lite::Transaction::Kind::read);
  const lite::Borrowed rows = database.cached(sql::page(query.filter, query.sort, query.after.has_value()));
  bind_filter(*rows, query.filter);
  if (query.after) bind_keyset(*rows, *query.after, query.sort.key);
  rows->bind(":limit", std::int64_t{query.limit} + 1).bind(":skip", query.skip);
  while (rows->step()) page.items.push_back(read_record(*rows));
  if (std::cmp_greater(page.items.size(), query.limit)) {
    page.items.pop_back();
    page.more = true;
  }
  if (query.count) {
    const lite::Borrowed count = database.cached(sql::count(query.filter));
    bind_filter(*count, query.filter);
    count->step();
    page.total = count->integer(0);
  }
  rows->reset();
  snapshot.commit();
  return page;
}

/// One item of a create, inside the caller's transaction. A refusal leaves the transaction usable.
base::Result<Written> create_one(lite::Database& database, const Creation& creation, base::Micros now) {
  auto earlier = replay(database, creation.idempotency, now);
  if (!earlier) return earlier.error();
  if (*earlier) return std::move(**earlier);
  try {
    const lite::Borrowed insert = database.cached(sql::insert_record);
    bind_fields(*insert, creation.record);
    insert->bind(":now", micros(now)).run();
  } catch (const lite::Failure& failure) {
    if (failure.primary() != SQLITE_CONSTRAINT) throw;
    base::Error error = base::invalid("", "the database refuses the record");
    error.detail = failure.what();
    return error;
  }
  const auto& [title, owner, status, description] = creation.record;
  Written written{.record = {database.last_insert_id(), title, owner, status, description, now, now, 1}, .served_by = node_name};
  remember(database, creation.idempotency, written.record, now);
  return written;
}

Record write_change(lite::Database& database, std::int64_t id, const Change& change, base::Micros now) {
  const lite::Borrowed write = database.cached(sql::update_record);  // what is not bound is NULL and keeps the field
  write->bind(":id", id).bind(":now", micros(now));
  if (change.title) write->bind(":title", *change.title);
  if (change.owner) write->bind(":owner", *change.owner);
  if (change.status) write->bind(":status", name(*change.status));
  if (change.description) write->bind(":description", *change.description);
  write->step();
  return read_record(*write);
}

class SqliteStore final : public RecordStore {
 public:
  /// `second` is null for a database in memory.
  SqliteStore(Options options, lite::Database first, std::optional<lite::Database> second)
      : options_(std::move(options)),
        writes_(std::move(first)),
        own_reads_(second ? std::make_unique<lite::Lane>(std::move(*second)) : nullptr) {}

  Awaitable<base::Result<Answer<Page>>> list(ListQuery query, ReadOptions options) override {
    auto work = [query = std::move(query)](lite::Database& database) -> base::Result<Answer<Page>> {
      auto page = list_page(database, query);
      if (!page) return page.error();
      return Answer<Page>{std::move(*page), node_name};
    };
    return reads().run(options.deadline, std::move(work));
  }

  Awaitable<base::Result<Answer<std::vector<Record>>>> get(std::vector<std::int64_t> ids, ReadOptions options) override {
    auto work = [ids = std::move(ids)](lite::Database& database) -> base::Result<Answer<std::vector<Record>>> {
      Answer<std::vector<Record>> answer{{}, node_name};
      const lite::Borrowed rows = database.cached(sql::get_by_ids);
      rows->bind(":ids", json_array(ids));
      while (rows->step()) answer.value.push_back(read_record(*rows));
      return answer;
    };
    return reads().run(options.deadline, std::move(work));
  }

  Awaitable<std::vector<base::Result<Written>>> create(std::vector<Creation> creations, std::string name,
                                                       base::Deadline deadline) override {
    const std::size_t count = creations.size();
    for (Creation& creation : creations)
      if (creation.idempotency.key.empty() && !name.empty()) creation.idempotency.key = key_of(name, creation.place);
    auto work = [now = options_.now,
                 creations = std::move(creations)](lite::Database& database) -> base::Result<std::vector<base::Result<Written>>> {
      std::vector<base::Result<Written>> outcomes;
      lite::Transaction transaction(database, lite::Transaction::Kind::write);
      const base::Micros moment = now();
      for (const Creation& creation : creations) outcomes.push_back(create_one(database, creation, moment));
      transaction.commit();
      return outcomes;
    };
    auto outcomes = co_await writes_.run(deadline, std::move(work));
    if (outcomes) co_return std::move(*outcomes);
    co_return std::vector<base::Result<Written>>(count, outcomes.error());
  }

  Awaitable<base::Result<Written>> update(Update update, base::Deadline deadline) override {
    auto work = [now = options_.now, update = std::move(update)](lite::Database& database) -> base::Result<Written> {
      lite::Transaction transaction(database, lite::Transaction::Kind::write);
      const base::Micros moment = now();
      auto earlier = replay(database, update.idempotency, moment);
      if (!earlier) return earlier.error();
      if (*earlier) return std::move(**earlier);
      const auto present = find_expected(database, update.id, update.expected_versions);
      if (!present) return present.error();
      Written written{.record = write_change(database, update.id, update.change, moment), .served_by = node_name};
      remember(database, update.idempotency, written.record, moment);
      transaction.commit();
      return written;
    };
    return writes_.run(deadline, std::move(work));
  }

  Awaitable<base::Result<Written>> remove(Deletion deletion, base::Deadline deadline) override {
    auto work = [now = options_.now, deletion = std::move(deletion)](lite::Database& database) -> base::Result<Written> {
      lite::Transaction transaction(database, lite::Transaction::Kind::write);
      const base::Micros moment = now();
      auto earlier = replay(database, deletion.idempotency, moment);
      if (!earlier) return earlier.error();
      if (*earlier) return std::move(**earlier);
      const auto present = find_expected(database, deletion.id, deletion.expected_versions);
      if (!present) return present.error();
      database.cached(sql::delete_record)->bind(":id", deletion.id).run();
      remember(database, deletion.idempotency, Record{}, moment);
      transaction.commit();
      return Written{.served_by = node_name};
    };
    return writes_.run(deadline, std::move(work));
  }

  Awaitable<base::Result<std::unique_ptr<AtomicImport>>> begin_import(base::Deadline deadline) override {
    auto work = [this](lite::Database&) -> base::Result<std::unique_ptr<AtomicImport>> { return make_import(writes_, options_.now); };
    return writes_.run(deadline, std::move(work));
  }

  Awaitable<base::Result<std::unique_ptr<ExportCursor>>> open_export(Filter filter, Sort sort, ReadOptions options) override {
    auto work = [this, filter = std::move(filter), sort](lite::Database& database) -> base::Result<std::unique_ptr<ExportCursor>> {
      if (export_slots_.use_count() > most_exports) return base::overloaded("too many exports are open");
      lite::Database snapshot = own_reads_ ? open_snapshot(options_.path) : copy_snapshot(database);
      return make_export(reads(), std::move(snapshot), filter, sort, export_slots_);
    };
    return reads().run(options.deadline, std::move(work));
  }

 private:
  lite::Lane& reads() { return own_reads_ ? *own_reads_ : writes_; }

  Options options_;
  std::shared_ptr<void> export_slots_ = std::make_shared<int>();  // one reference of its own, one for each open export
  // A reader never waits for a writer's disk. In memory there is only one connection, and both lanes are the same.
  lite::Lane writes_;
  std::unique_ptr<lite::Lane> own_reads_;
};

}  // namespace

base::Result<std::unique_ptr<RecordStore>> open_sqlite(Options options) {
  try {
    lite::Database writes(options.path);
    migrate(writes);
    writes.execute("PRAGMA synchronous = FULL");  // an acknowledged write survives a power cut
    std::optional<lite::Database> reads;
    if (options.path != in_memory) {
      reads.emplace(options.path);
      reads->execute("PRAGMA query_only = ON");
    }
    return std::make_unique<SqliteStore>(std::move(options), std::move(writes), std::move(reads));
  } catch (...) {
    return lite::current_error(base::Deadline::max());
  }
}

base::Result<int> migrate_sqlite(const std::string& path) {
  try {
    lite::Database database(path);
    return migrate(database);
  } catch (...) {
    return lite::current_error(base::Deadline::max());
  }
}

}  // namespace records::sqlite
