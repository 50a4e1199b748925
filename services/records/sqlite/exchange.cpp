#include "records/sqlite/exchange.hpp"

#include "records/sqlite/rows.hpp"
#include "records/sqlite/sql.hpp"

namespace records::sqlite {
namespace {

class Import final : public AtomicImport {
 public:
  Import(lite::Lane& writes, std::function<base::Micros()> now)
      : writes_(writes), now_(std::move(now)), spool_(std::make_shared<lite::Database>("")) {
    spool_->execute(sql::create_spool);
  }

  Awaitable<base::Result<void>> add(std::vector<NewRecord> rows, base::Deadline deadline) override {
    auto work = [spool = spool_, rows = std::move(rows)](lite::Database&) -> base::Result<void> {
      lite::Transaction transaction(*spool, lite::Transaction::Kind::write);
      for (const NewRecord& row : rows) {
        const lite::Borrowed insert = spool->cached(sql::add_to_spool);
        bind_fields(*insert, row);
        insert->run();
      }
      transaction.commit();
      return {};
    };
    return writes_.run(deadline, std::move(work));
  }

  Awaitable<base::Result<Position>> commit(base::Deadline deadline) override {
    auto work = [spool = spool_, now = now_](lite::Database& database) -> base::Result<Position> {
      lite::Transaction transaction(database, lite::Transaction::Kind::write);
      const std::int64_t moment = micros(now());
      lite::Statement rows = spool->prepare(sql::read_spool);
      while (rows.step()) {
        const NewRecord row{
            .title = rows.text(0), .owner = rows.text(1), .status = *parse_status(rows.text(2)), .description = rows.text(3)};
        const lite::Borrowed insert = database.cached(sql::insert_record);
        bind_fields(*insert, row);
        insert->bind(":now", moment).run();
      }
      transaction.commit();
      return Position{};
    };
    return writes_.run(deadline, std::move(work));
  }

 private:
  lite::Lane& writes_;
  std::function<base::Micros()> now_;
  std::shared_ptr<lite::Database> spool_;
};

class Export final : public ExportCursor {
 public:
  Export(lite::Lane& reads, lite::Database snapshot, const Filter& filter, Sort sort, std::shared_ptr<void> slot)
      : reads_(reads), slot_(std::move(slot)), state_(std::make_shared<State>(std::move(snapshot), sql::page(filter, sort, false))) {
    bind_filter(state_->rows, filter);
    state_->rows.bind(":limit", -1).bind(":skip", std::int64_t{0});
  }

  Awaitable<base::Result<std::vector<Record>>> next(int most, base::Deadline deadline) override {
    auto work = [state = state_, most, deadline](lite::Database&) -> base::Result<std::vector<Record>> {
      state->snapshot.set_deadline(deadline);
      std::vector<Record> records;
      while (!state->ended && std::cmp_less(records.size(), most)) {
        if (state->rows.step()) records.push_back(read_record(state->rows));
        else state->ended = true;
      }
      return records;
    };
    return reads_.run(deadline, std::move(work));
  }

 private:
  struct State {
    State(lite::Database connection, const std::string& query) : snapshot(std::move(connection)), rows(snapshot.prepare(query)) {}

    lite::Database snapshot;
    lite::Statement rows;
    bool ended = false;
  };

  lite::Lane& reads_;
  std::shared_ptr<void> slot_;
  std::shared_ptr<State> state_;
};

}  // namespace

std::unique_ptr<AtomicImport> make_import(lite::Lane& writes, std::function<base::Micros()> now) {
  return std::make_unique<Import>(writes, std::move(now));
}

std::unique_ptr<ExportCursor> make_export(lite::Lane& reads, lite::Database snapshot, const Filter& filter, Sort sort,
                                          std::shared_ptr<void> slot) {
  return std::make_unique<Export>(reads, std::move(snapshot), filter, sort, std::move(slot));
}

lite::Database open_snapshot(const std::string& path) {
  lite::Database snapshot(path);
  snapshot.execute("PRAGMA query_only = ON; BEGIN");
  snapshot.execute(sql::take_snapshot);  // BEGIN alone waits for the first read
  return snapshot;
}

lite::Database copy_snapshot(lite::Database& memory) {
  lite::Database snapshot(":memory:");
  memory.copy_to(snapshot);
  return snapshot;
}

}  // namespace records::sqlite
