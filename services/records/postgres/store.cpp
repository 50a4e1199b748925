#include "records/postgres/store.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <numeric>

namespace records::postgres {

using Outcomes = std::vector<base::Result<Written>>;

namespace {

constexpr std::size_t most_lists_together = 64;
constexpr std::size_t most_changes_together = 64;

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
  return Answer<T>{std::move(found->value), std::move(found->node), found->instead};
}

/// The page of a query, from the rows [first, end).
Page to_page(const pg::Rows& rows, int first, int end, const ListQuery& query) {
  Page page;
  page.more = end - first > query.limit;
  const int last = page.more ? first + query.limit : end;
  page.items.reserve(static_cast<std::size_t>(last - first));
  for (int row = first; row < last; ++row) page.items.push_back(read_record(rows, row));
  return page;
}

/// Reads page after page by keyset inside one REPEATABLE READ transaction.
class Cursor final : public ExportCursor {
 public:
  Cursor(ListSql& sql, cluster::NodeLease lease, Filter filter, Sort sort) : sql_(sql), lease_(std::move(lease)) {
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
  ListSql& sql_;
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
    co_return read_position((*rows)[1]);
  }

 private:
  Sql& sql_;
  cluster::NodeLease lease_;
};

}  // namespace

Store::Store(cluster::Cluster& cluster)
    : cluster_(cluster),
      lists_(cluster.executor(), most_lists_together, [this](const std::vector<ListCall>& calls) { return list_together(calls); }),
      changes_(cluster.executor(), most_changes_together, [this](const std::vector<ChangeCall>& calls) { return alter_together(calls); }) {}

Sql& Store::sql() {
  if (!sql_) sql_.emplace(cluster_.dialect());
  return *sql_;
}

Awaitable<Store::ListAnswer> Store::list(ListQuery query, ReadOptions options) {
  std::string shape = ListSql::shape(query);
  // openGauss cannot look several pages up in one statement (LATERAL came with PostgreSQL 9.3).
  const bool together = !shape.empty() && cluster_.dialect() == cluster::Dialect::postgresql;
  if (!together) co_return co_await list_alone(std::move(query), options);
  shape += static_cast<char>('0' + static_cast<int>(options.consistency)) + std::to_string(options.position.timeline);
  ListCall call{std::move(query), options};
  co_return co_await lists_.ask(std::move(shape), std::move(call));
}

Awaitable<Store::ListAnswer> Store::list_alone(ListQuery query, ReadOptions options) {
  auto work = [this, &query, &options](pg::Connection& connection) -> Awaitable<base::Result<Page>> {
    std::vector<pg::Step> steps;
    Query page = list_sql_.page(query);
    steps.push_back({page.statement, std::move(page.params), false});
    if (query.count) {
      Query count = list_sql_.count(query.filter);
      steps.push_back({count.statement, std::move(count.params), true});
    }
    auto rows = all_rows(co_await connection.run(std::move(steps), options.deadline, &options.audience));
    if (rows.has_error()) co_return rows.error();
    Page found = to_page((*rows)[0], 0, (*rows)[0].count(), query);
    if (query.count) found.total = (*rows)[1].int8(0, 0);
    co_return found;
  };
  co_return answer(co_await cluster_.run<Page>(intent_of(options.consistency), options.position, options.deadline, work));
}

// The strictest position and the longest deadline hold for all, and it goes on for whoever stays longest.
Awaitable<std::vector<Store::ListAnswer>> Store::list_together(const std::vector<ListCall>& calls) {
  std::vector<ListAnswer> answers;
  answers.reserve(calls.size());
  ReadOptions options = calls[0].options;
  std::vector<const ListQuery*> queries;
  for (const ListCall& call : calls) {
    if (&call != calls.data()) options.audience.join(call.options.audience);
    options.position = base::later(options.position, call.options.position);
    options.deadline = std::max(options.deadline, call.options.deadline);
    queries.push_back(&call.query);
  }
  auto work = [this, &queries, &options](pg::Connection& connection) -> Awaitable<base::Result<std::vector<Page>>> {
    std::vector<pg::Step> steps;
    Query pages = list_sql_.pages(queries);
    steps.push_back({pages.statement, std::move(pages.params), false});
    const bool count = queries[0]->count;
    if (count) {
      Query counts = list_sql_.counts(queries);
      steps.push_back({counts.statement, std::move(counts.params), true});
    }
    auto rows = all_rows(co_await connection.run(std::move(steps), options.deadline, &options.audience));
    if (rows.has_error()) co_return rows.error();
    std::vector<Page> found;
    found.reserve(queries.size());
    for (int row = 0; found.size() < queries.size();) {
      const int first = row;
      const auto number = static_cast<std::int64_t>(found.size() + 1);
      while (row < (*rows)[0].count() && (*rows)[0].int8(row, record_columns) == number) ++row;
      found.push_back(to_page((*rows)[0], first, row, *queries[found.size()]));
      if (count) found.back().total = (*rows)[1].int8(static_cast<int>(number - 1), 0);
    }
    co_return found;
  };
  if (calls.size() > 1) {
    auto done = co_await cluster_.run<std::vector<Page>>(intent_of(options.consistency), options.position, options.deadline, work);
    if (done.has_value()) {
      for (Page& page : done->value) answers.push_back(Answer<Page>{std::move(page), done->node, done->instead});
      co_return answers;
    }
    if (holds_for_all(done.error())) co_return std::vector<ListAnswer>(calls.size(), done.error());
  }
  for (const ListCall& call : calls) answers.push_back(co_await list_alone(call.query, call.options));
  co_return answers;
}

Awaitable<base::Result<Answer<std::vector<Record>>>> Store::get(std::vector<std::int64_t> ids, ReadOptions options) {
  auto work = [this, &ids, &options](pg::Connection& connection) -> Awaitable<base::Result<std::vector<Record>>> {
    pg::Params params;
    params.int8_array(ids);
    base::Result<pg::Rows> rows = co_await connection.run(sql().by_ids, std::move(params), options.deadline);
    if (rows.has_error()) co_return rows.error();
    co_return read_all(*rows);
  };
  co_return answer(co_await cluster_.run<std::vector<Record>>(intent_of(options.consistency), options.position, options.deadline, work));
}

Awaitable<Outcomes> Store::create(std::vector<Creation> creations, std::string name, base::Deadline deadline) {
  std::vector<Creation> keyed, named;
  std::vector<bool> has_key;
  for (Creation& creation : creations) {
    has_key.push_back(!creation.idempotency.key.empty());
    (has_key.back() ? keyed : named).push_back(std::move(creation));
  }
  Outcomes of_keyed, of_named;
  if (!keyed.empty()) of_keyed = co_await create_with_keys(std::move(keyed), deadline);
  if (named.empty()) co_return of_keyed;
  if (name.empty()) name = base::random_name();
  of_named = co_await create_under_name(std::move(named), std::move(name), deadline);
  if (of_keyed.empty()) co_return of_named;
  Outcomes all;
  auto next_keyed = of_keyed.begin(), next_named = of_named.begin();
  for (const bool keyed_one : has_key) all.push_back(std::move(keyed_one ? *next_keyed++ : *next_named++));
  co_return all;
}

Awaitable<Outcomes> Store::create_with_keys(std::vector<Creation> creations, base::Deadline deadline) {
  auto work = [this, &creations, deadline](pg::Connection& connection) { return create_keyed(sql(), connection, creations, deadline); };
  auto done = co_await cluster_.run<Outcomes>(cluster::Intent::write, {}, deadline, work);
  if (done.has_value()) {
    for (auto& outcome : done->value)
      if (outcome.has_value()) outcome->served_by = done->node;
    co_return std::move(done->value);
  }
  if (creations.size() == 1 || holds_for_all(done.error())) co_return Outcomes(creations.size(), done.error());
  // The statement as a whole was refused: alone, each gets its own outcome.
  Outcomes outcomes;
  for (Creation& creation : creations) {
    std::vector<Creation> one;
    one.push_back(std::move(creation));
    Outcomes outcome = co_await create_with_keys(std::move(one), deadline);
    outcomes.push_back(std::move(outcome.front()));
  }
  co_return outcomes;
}

Awaitable<Outcomes> Store::create_under_name(std::vector<Creation> creations, std::string name, base::Deadline deadline) {
  using Found = std::vector<std::optional<Written>>;
  auto work = [this, &creations, &name, deadline](pg::Connection& connection) {
    return create_named(sql(), connection, creations, name, deadline);
  };
  auto done = co_await cluster_.run<Found>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return Outcomes(creations.size(), done.error());
  Outcomes outcomes;
  outcomes.reserve(creations.size());
  for (std::size_t i = 0; i < creations.size(); ++i) {
    if (auto& written = done->value[i]) {
      written->served_by = done->node;
      outcomes.emplace_back(std::move(*written));
      continue;
    }
    std::string own_name = key_of(name, creations[i].place);
    std::vector<Creation> one;
    one.push_back(std::move(creations[i]));
    Outcomes outcome = co_await create_under_name(std::move(one), std::move(own_name), deadline);
    outcomes.push_back(std::move(outcome.front()));
  }
  co_return outcomes;
}

Awaitable<base::Result<Written>> Store::update(Update update, base::Deadline deadline) {
  if (update.idempotency.key.empty()) update.idempotency.key = base::random_name();
  return alter(std::move(update), deadline);
}

Awaitable<base::Result<Written>> Store::remove(Deletion deletion, base::Deadline deadline) {
  if (deletion.idempotency.key.empty()) deletion.idempotency.key = base::random_name();
  return alter(std::move(deletion), deadline);
}

Awaitable<base::Result<Written>> Store::alter(Alteration change, base::Deadline deadline) {
  // openGauss ends what waits for a lock by a setting of another name, and not for one transaction.
  if (cluster_.dialect() == cluster::Dialect::postgresql) {
    ChangeCall call{change, deadline};
    ChangeAnswer settled = co_await changes_.ask({}, std::move(call));
    if (settled) co_return std::move(*settled);
  }
  auto work = [this, &change, deadline](pg::Connection& connection) { return alter_one(sql(), connection, change, deadline); };
  auto done = co_await cluster_.run<Written>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  done->value.served_by = std::move(done->node);
  co_return std::move(done->value);
}

// Rows are locked in the order of their ids, so that two such transactions never wait for each other in a circle. Whatever fails, be it the
// shortest deadline, each goes on alone: its key tells whether it was made.
Awaitable<std::vector<Store::ChangeAnswer>> Store::alter_together(const std::vector<ChangeCall>& calls) {
  std::vector<ChangeAnswer> answers(calls.size());
  if (calls.size() == 1) co_return answers;
  const auto id_of = [&calls](std::size_t i) { return std::visit([](const auto& change) { return change.id; }, calls[i].change); };
  std::vector<std::size_t> order(calls.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, id_of);
  std::vector<const Alteration*> changes;
  base::Deadline deadline = base::Deadline::max();
  for (const std::size_t i : order) {
    changes.push_back(&calls[i].change);
    deadline = std::min(deadline, calls[i].deadline);
  }
  auto work = [this, &changes, deadline](pg::Connection& connection) { return alter_all(sql(), connection, changes, deadline); };
  auto done = co_await cluster_.run<Outcomes>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return answers;
  for (std::size_t i = 0; i < order.size(); ++i) {
    base::Result<Written>& outcome = done->value[i];
    if (outcome.has_value()) outcome->served_by = done->node;
    answers[order[i]] = std::move(outcome);
  }
  co_return answers;
}

Awaitable<base::Result<std::unique_ptr<AtomicImport>>> Store::begin_import(base::Deadline deadline) {
  base::Result<cluster::NodeLease> lease = co_await cluster_.acquire(cluster::Intent::write, {}, deadline);
  if (lease.has_error()) co_return lease.error();
  pg::Params none;
  base::Result<pg::Rows> begun = co_await lease->connection->run(sql().begin, none, deadline);
  if (begun.has_error()) co_return begun.error();
  co_return std::make_unique<Import>(sql(), std::move(lease.value()));
}

Awaitable<base::Result<std::unique_ptr<ExportCursor>>> Store::open_export(Filter filter, Sort sort, ReadOptions options) {
  base::Result<cluster::NodeLease> lease = co_await cluster_.acquire(intent_of(options.consistency), options.position, options.deadline);
  if (lease.has_error()) co_return lease.error();
  std::vector<pg::Step> steps;
  steps.push_back({&sql().begin_snapshot, {}, false});
  steps.push_back({&sql().take_snapshot, {}});
  auto begun = all_rows(co_await lease->connection->run(std::move(steps), options.deadline));
  if (begun.has_error()) co_return begun.error();
  co_return std::make_unique<Cursor>(list_sql_, std::move(lease.value()), std::move(filter), sort);
}

Awaitable<base::Result<std::int64_t>> Store::forget_keys(base::Micros before, std::int64_t most, base::Deadline deadline) {
  auto work = [this, before, most, deadline](pg::Connection& connection) -> Awaitable<base::Result<std::int64_t>> {
    pg::Params params;
    params.timestamptz(before).int8(most);
    base::Result<pg::Rows> rows = co_await connection.run(sql().forget_keys, std::move(params), deadline);
    if (rows.has_error()) co_return rows.error();
    co_return rows->affected();
  };
  auto done = co_await cluster_.run<std::int64_t>(cluster::Intent::write, {}, deadline, work);
  if (done.has_error()) co_return done.error();
  co_return done->value;
}

}  // namespace records::postgres
