// Comma-separated values, read in pieces as they arrive. Called by rows/import_reader. Pure.
// Source: RFC 4180; beyond it: LF alone ends a line, a byte order mark is passed over, blank lines are passed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rows {

struct CsvRow {
  std::int64_t line = 0;  ///< where it begins, from 1
  std::vector<std::string> fields;
  std::string fault;  ///< why it cannot be read; then the fields mean nothing
};

class CsvReader {
 public:
  /// Far above what a record can take; a longer row is a fault and is passed over.
  static constexpr std::size_t most_bytes = 256 * 1024;
  static constexpr std::size_t most_fields = 64;

  /// The bytes that follow; they must stay until `next` has answered false.
  void put(std::string_view bytes) { rest_ = bytes; }
  /// The next whole row; false: put more.
  bool next(CsvRow& row);
  /// After the last byte: the row that no line end has closed, if there is one.
  bool finish(CsvRow& row);

 private:
  enum class State { row_begin, field_begin, plain, quoted, quote_seen, quoted_line_end, passing_over };

  bool step(CsvRow& row);
  bool end_row(CsvRow& row);
  void end_field();
  void take(std::size_t bytes);
  void fail(std::string why);

  std::string_view rest_;
  State state_ = State::row_begin;
  CsvRow row_;
  std::string field_;
  std::size_t size_ = 0;  ///< of the row so far
  std::int64_t line_ = 1;
  std::string mark_;  ///< what there is of a byte order mark at the very beginning
  bool begun_ = false;
};

}  // namespace rows
