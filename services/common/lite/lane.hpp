// A connection together with the thread that alone uses it. Held by the SQLite store and by the analytics service's counts.
#pragma once

#include "lite/database.hpp"
#include "lite/worker.hpp"

#include <memory>

namespace lite {

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

}  // namespace lite
