// The rows a statement answered, in binary format. Read by the stores and the cluster probe.
#pragma once

#include "base/time.hpp"

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace pg {

/// Owns a PGresult. Accessors do not check the column's type: the SQL beside the call says it.
class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result) {}

  int count() const { return PQntuples(result_.get()); }
  bool empty() const { return count() == 0; }
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  std::int64_t int8(int row, int column) const;
  std::int32_t int4(int row, int column) const;
  bool boolean(int row, int column) const { return *PQgetvalue(result_.get(), row, column) != 0; }
  /// Empty for NULL. Valid as long as this object.
  std::string_view text(int row, int column) const;
  base::Micros timestamptz(int row, int column) const;
  /// Rows changed by INSERT, UPDATE, DELETE.
  std::int64_t affected() const;

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

}  // namespace pg
