#include "analytics/sqlite_counts.hpp"

namespace analytics {
namespace {

const std::string by_status = "SELECT status, count(*) FROM records GROUP BY status";
const std::string by_owner = "SELECT owner, count(*) AS n FROM records GROUP BY owner ORDER BY n DESC, owner LIMIT :limit";
const std::string owners_total = "SELECT count(DISTINCT owner) FROM records";
// Grows with every commit of another connection (https://www.sqlite.org/pragma.html#pragma_data_version).
const std::string data_version = "PRAGMA data_version";
const std::string is_there = "SELECT count(*) FROM sqlite_schema WHERE name = 'records'";

base::Result<Counts> read_counts(lite::Database& database, int owner_limit) {
  Counts counts;
  lite::Transaction snapshot(database, lite::Transaction::Kind::read);
  const lite::Borrowed there = database.cached(is_there);
  there->step();
  if (there->integer(0) == 0) return base::unavailable("the records service has not made the schema yet");
  counts.as_of = base::now();
  const lite::Borrowed statuses = database.cached(by_status);
  while (statuses->step())
    if (!add_status(counts, statuses->text(0), statuses->integer(1)))
      return base::internal("unknown status in the database: " + statuses->text(0));
  const lite::Borrowed owners = database.cached(by_owner);
  owners->bind(":limit", owner_limit);
  while (owners->step()) counts.owners.push_back({owners->text(0), owners->integer(1)});
  const lite::Borrowed distinct = database.cached(owners_total);
  distinct->step();
  counts.owners_total = distinct->integer(0);
  return counts;
}

}  // namespace

lite::Database& SqliteCounts::database(base::Deadline deadline) {
  if (!database_) database_.emplace(path_, lite::Access::read_only);
  database_->set_deadline(deadline);
  return *database_;
}

Awaitable<base::Result<Counts>> SqliteCounts::read(int owner_limit, base::Deadline deadline) {
  auto work = [this, owner_limit, deadline] { return read_counts(database(deadline), owner_limit); };
  return worker_.run(deadline, std::move(work));
}

Awaitable<base::Result<std::uint64_t>> SqliteCounts::mark(base::Deadline deadline) {
  auto work = [this, deadline]() -> base::Result<std::uint64_t> {
    const lite::Borrowed version = database(deadline).cached(data_version);
    version->step();
    return static_cast<std::uint64_t>(version->integer(0));
  };
  return worker_.run(deadline, std::move(work));
}

}  // namespace analytics
