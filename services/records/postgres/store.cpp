#include "records/postgres/store.hpp"

#include "records/postgres/writes.hpp"

namespace records::postgres {
namespace {

cluster::Intent intent_of(Consistency consistency) {
  switch (consistency) {
    case Consistency::strong:
      return cluster::Intent::read_strong;
    case Consistency::eventual:
      return cluster::Intent::read_eventual;
    case Consistency::session:
      break;
  }
  return cluster::Intent::read_session;
}

std::vector<Record> read_all(const pg::Rows& rows) {
  std::vector<Record> records;
  records.reserve(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row) records.push_back(read_record(rows, row));
  return records;
}

/// The first failure of a batch, or all rows.
base::Result<std::vector<pg::Rows>> all_rows(base::Result<std::vector<base::Result<pg::Rows>>> outcomes) {
  if (const auto done = pg::all_well(outcomes); done.has_error()) return done.error();
  std::vector<pg::Rows> rows;
  for (auto& outcome : *outcomes) rows.push_back(std::move(outcome.value()));
  return rows;
}

template <class T>
base::Result<Answer<T>> answer(base::Result<cluster::From<T>> found) {
  if (found.has_error()) return found.error();
  return Answer<T>{std::move(found->value), std::move(found->node)};
}

Page to_page(const std::vector<pg::Rows>& rows, const ListQuery& query) {
  Page page;
  page.items = read_all(rows[0]);
  if (static_cast<int>(page.items.size()) > query.limit) {
    page.more = true;
    page.items.pop_back();
  }
  if (query.count) page.total = rows[1].int8(0, 0);
  return page;
}

/// Reads page after page by keyset inside one REPEATABLE READ transaction.
class Cursor final : public ExportCursor {
 public:
  Cursor(Sql& sql, cluster::NodeLease lease, Filter filter, Sort sort) : sql_(sql), lease_(std::move(lease)) {
    query_.filter = std::move(filter);
    query_.sort = sort;
    lease_.connection.discard();  // a transaction is open on it
  }

  Awaitable<base::Result<std::vector<Record>>> next(int most, base::Deadline deadline) override {
    if (ended_) co_return std::vector<Record>{};
    query_.limit = most;
    Query query = sql_.page(query_);
    base::Result<pg::Rows> rows = co_await lease_.connection->run(*query.statement, std::move(query.params), deadline);
    if (rows.has_error()) co_return rows.error();
    std::vector<Record> records = read_all(*rows);
    ended_ = static_cast<int>(records.size()) <= most;
    if (!ended_) records.pop_back();
    if (!records.empty()) query_.after = keyset_of(records.back(), query_.sort);
    co_return records;
  }

 private:
  Sql& sql_;
  cluster::NodeLease lease_;
  ListQuery query_;
  bool ended_ = false;
};

/// One open transaction on the primary.
class Import final : public AtomicImport {
 public:
  Import(Sql& sql, cluster::NodeLease lease) : sql_(sql), lease_(std::move(lease)) { lease_.connection.discard(); }

  Awaitable<base::Result<void>> add(std::vector<NewRecord> rows, base::Deadline deadline) override {
    pg::Params params = plain_params(rows);
    base::Result<pg::Rows> done = co_await lease_.connection->run(sql_.create_plain, std::move(params), deadline);
    if (done.has_error()) co_return done.error();
    co_return base::Result<void>();
  }

  Awaitable<base::Result<Position>> commit(base::Deadline deadline) override {
    std::vector<pg::Step> steps;
    steps.push_back({&sql_.commit, {}});
    steps.push_back({&sql_.position, {}});
    auto rows = all_rows(co_await lease_.connection->run(std::move(steps), deadline));
    if (rows.has_error()) co_return rows.error();
    co_return static_cast<Position>((*rows)[1].int8(0, 0));
  }

 private:
  Sql& sql_;
  cluster::NodeLease lease_;
};

}  // namespace

Awaitable<base::Result<Answer<Page>>> Store::list(ListQuery query, ReadOptions options) {
  auto work = [this, &query, &options](pg::Connection& connection) -> Awaitable<base::Result<Page>> {
    std::vector<pg::Step> steps;
    Query page = sql_.page(query);
    steps.push_back({page.statement, std::move(page.params), false});
    if (query.count) {
      Query count = sql_.count(query.filter);
      steps.push_back({count.statement, std::move(count.params), true});
    }
    auto rows = all_rows(co_await connection.run(std::move(steps), options.deadline));
    if (rows.has_error()) co_return rows.error();
    co_return to_page(*rows, query);
  };
  co_return answer(co_await cluster_.run<Page>(intent_of(options.consistency), options.position, options.deadline, work));
}

Awaitable<base::Result<Answer<std::vector<Record>>>> Store::get(std::vector<std::int64_t> ids, ReadOptions options) {
  auto work = [this, &ids, &options](pg::Connection& connection) -> Awaitable<base::Result<std::vector<Record>>> {
    pg::Params params;
    params.int8_array(ids);
    base::Result<pg::Rows> rows = co_await connection.run(sql_.by_ids, std::move(params), options.deadline);
    if (rows.has_error()) co_return rows.error();
    co_return read_all(*rows);
  };
  co_return answer(co_await cluster_.run<std::vector<Record>>(intent_of(options.consistency), options.position, options.deadline, work));
}

Awaitable<std::vector<base::Result<Written>>> Store::create(std::vector<Creation> creations, base::Deadline deadline) {
  using Outcomes = std::vector<base::Result<Written>>;
  auto work = [this, &creations, deadline](pg::Connection& connection) -> Awaitable<base::Result<Outcomes>> {
    return create_batch(sql_, connection, creations, deadline);
  };
  auto done = co_await cluster_.run<Outcomes>(cluster::Intent::write, 0, deadline, work);
  if (done.has_value()) {
    for (auto& outcome : done->value)
      if (outcome.has_value()) outcome->served_by = done->node;
    co_return std::move(done->value);
  }
  const auto code = done.error().code;
  const bool of_all = code == base::Code::unavailable || code == base::Code::deadline_exceeded || code == base::Code::resource_exhausted;
  if (creations.size() == 1 || of_all) co_return Outcomes(creations.size(), done.error());
  // The statement as a whole was refused: alone, each gets its own outcome.
  Outcomes outcomes;
  for (Creation& creation : creations) {
    std::vector<Creation> one;
    one.push_back(std::move(creation));
    Outcomes outcome = co_await create(std::move(one), deadline);
    outcomes.push_back(std::move(outcome.front()));
  }
  co_return outcomes;
}

Awaitable<base::Result<Written>> Store::update(Update update, base::Deadline deadline) {
  auto work = [this, &update, deadline](pg::Connection& connection) { return update_one(sql_, connection, update, deadline); };
  auto done = co_await cluster_.run<Written>(cluster::Intent::write, 0, deadline, work);
  if (done.has_error()) co_return done.error();
  done->value.served_by = std::move(done->node);
  co_return std::move(done->value);
}

Awaitable<base::Result<Written>> Store::remove(Deletion deletion, base::Deadline deadline) {
  auto work = [this, &deletion, deadline](pg::Connection& connection) { return remove_one(sql_, connection, deletion, deadline); };
  auto done = co_await cluster_.run<Written>(cluster::Intent::write, 0, deadline, work);
  if (done.has_error()) co_return done.error();
  done->value.served_by = std::move(done->node);
  co_return std::move(done->value);
}

Awaitable<base::Result<std::unique_ptr<AtomicImport>>> Store::begin_import(base::Deadline deadline) {
  base::Result<cluster::NodeLease> lease = co_await cluster_.acquire(cluster::Intent::write, 0, deadline);
  if (lease.has_error()) co_return lease.error();
  pg::Params none;
  base::Result<pg::Rows> begun = co_await lease->connection->run(sql_.begin, none, deadline);
  if (begun.has_error()) co_return begun.error();
  co_return std::make_unique<Import>(sql_, std::move(lease.value()));
}

Awaitable<base::Result<std::unique_ptr<ExportCursor>>> Store::open_export(Filter filter, Sort sort, ReadOptions options) {
  base::Result<cluster::NodeLease> lease = co_await cluster_.acquire(intent_of(options.consistency), options.position, options.deadline);
  if (lease.has_error()) co_return lease.error();
  std::vector<pg::Step> steps;
  steps.push_back({&sql_.begin_snapshot, {}, false});
  steps.push_back({&sql_.take_snapshot, {}});
  auto begun = all_rows(co_await lease->connection->run(std::move(steps), options.deadline));
  if (begun.has_error()) co_return begun.error();
  co_return std::make_unique<Cursor>(sql_, std::move(lease.value()), std::move(filter), sort);
}

Awaitable<base::Result<std::int64_t>> Store::forget_keys(base::Micros before, std::int64_t most, base::Deadline deadline) {
  auto work = [this, before, most, deadline](pg::Connection& connection) -> Awaitable<base::Result<std::int64_t>> {
    pg::Params params;
    params.timestamptz(before).int8(most);
    base::Result<pg::Rows> rows = co_await connection.run(sql_.forget_keys, std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    co_return rows->affected();
  };
  auto done = co_await cluster_.run<std::int64_t>(cluster::Intent::write, 0, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return done->value;
}

}  // namespace records::postgres
