// The bytes of an import as messages for the records service: CSV or NDJSON, in pieces as they arrive, memory bounded by one message and
// one row. A line that is no record goes along as rejected, with its number. Called by routes/exchange and routes/console. Pure.
#pragma once

#include "rows/csv_reader.hpp"

#include <records/v1/records.pb.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace rows {

enum class Format { csv, ndjson };

class ImportReader {
 public:
  static constexpr int most_rows = 1000;                     ///< in a message
  static constexpr std::size_t message_bytes = 1024 * 1024;  ///< a message is full from here on
  static constexpr std::size_t most_line_bytes = CsvReader::most_bytes;

  ImportReader(Format format, records::v1::ImportMode mode) : format_(format), mode_(mode) {}

  /// The bytes that follow; they must stay until `fill` has answered false.
  void put(std::string_view bytes);
  /// No more bytes: what an unfinished last line holds is taken.
  void end() { ended_ = true; }
  /// True: `message` is full, or this was the end and there is something in it. False: put more, or, after `end`, done.
  bool fill(records::v1::ImportRequest& message);

 private:
  /// A column of the header; the last one stands for those that only the server sets.
  enum Column { title, owner, status, description, set_by_server };

  bool next(records::v1::ImportRequest& message);
  bool next_csv(records::v1::ImportRequest& message);
  bool next_ndjson(records::v1::ImportRequest& message);
  void take_header(const CsvRow& row, records::v1::ImportRequest& message);
  void take_row(CsvRow& row, records::v1::ImportRequest& message);
  void take_line(std::string_view line, records::v1::ImportRequest& message);
  void reject(records::v1::ImportRequest& message, std::int64_t line, std::string_view field, std::string text);

  const Format format_;
  const records::v1::ImportMode mode_;
  bool ended_ = false;
  std::size_t bytes_ = 0;  ///< in the message at hand

  CsvReader csv_;
  std::optional<std::vector<Column>> header_;
  bool hopeless_ = false;  ///< the header is bad: nothing after it can be read

  std::string_view rest_;
  std::string held_;  ///< the beginning of a line whose end has not arrived
  bool overlong_ = false;
  std::int64_t line_ = 0;
};

}  // namespace rows
