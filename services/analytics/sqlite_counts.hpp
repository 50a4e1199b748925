// Counts from a SQLite file that the records service writes, through a connection that only reads. Made by main.
#pragma once

#include "analytics/counts_source.hpp"
#include "lite/database.hpp"
#include "lite/worker.hpp"

#include <optional>
#include <string>

namespace analytics {

/// The file need not be there yet: UNAVAILABLE until it is.
class SqliteCounts final : public CountsSource {
 public:
  explicit SqliteCounts(std::string path) : path_(std::move(path)) {}

  Awaitable<base::Result<Counts>> read(int owner_limit, base::Deadline deadline) override;
  Awaitable<base::Result<std::uint64_t>> mark(base::Deadline deadline) override;

 private:
  /// The open file. On the worker's thread only.
  lite::Database& database(base::Deadline deadline);

  std::string path_;
  std::optional<lite::Database> database_;
  lite::Worker worker_;  // the last: its thread ends before what it uses goes
};

}  // namespace analytics
