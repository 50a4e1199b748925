#include "lite/worker.hpp"

#include "lite/database.hpp"

#include <sqlite3.h>

namespace lite {

base::Error current_error(base::Deadline deadline) {
  try {
    throw;
  } catch (const Failure& failure) {
    const bool late = base::SteadyClock::now() >= deadline;
    if (failure.primary() == SQLITE_INTERRUPT || (late && failure.primary() == SQLITE_BUSY))
      return base::deadline_exceeded("the deadline passed while the database worked");
    switch (failure.primary()) {
      case SQLITE_BUSY:
        return base::unavailable("another program is writing to the database", failure.what());
      case SQLITE_FULL:
        return base::unavailable("the database's disk is full", failure.what());
      case SQLITE_IOERR:
      case SQLITE_CANTOPEN:
      case SQLITE_READONLY:
        return base::unavailable("the database cannot be read or written", failure.what());
      case SQLITE_SCHEMA:
        return base::unavailable(failure.what());
      default:
        return base::internal(failure.what());
    }
  } catch (const std::exception& problem) {
    return base::internal(problem.what());
  }
}

}  // namespace lite
