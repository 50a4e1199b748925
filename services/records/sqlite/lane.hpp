// A connection together with the thread that alone uses it. The store has one for writes and one for reads, so that a reader never waits
// for a writer's disk; in memory, where there is only one connection, both are the same.
#pragma once

#include "records/sqlite/database.hpp"
#include "records/sqlite/worker.hpp"

#include <memory>

namespace records::sqlite {

struct Lane {
  explicit Lane(Database connection) : database(std::move(connection)) {}

  /// Runs `work(Database&)`, which answers a base::Result, on the lane's thread.
  template <class Work>
  auto run(base::Deadline deadline, Work work) {
    return worker.run(deadline, [this, deadline, work = std::move(work)]() mutable {
      database.set_deadline(deadline);
      return work(database);
    });
  }

  Database database;
  Worker worker;
};

}  // namespace records::sqlite
