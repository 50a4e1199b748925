// Records as lines of an export. Called by routes/exchange. Pure.
#pragma once

#include "rows/import_reader.hpp"

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rows {

/// Writes records in one format with chosen fields. Lines end with LF; CSV quotes only what needs it (RFC 4180), so that what was imported
/// in that form comes out byte by byte.
class Writer {
 public:
  /// `fields`: comma-separated names of record fields in the order wanted; empty: all. INVALID_ARGUMENT naming `fields` for anything else.
  static base::Result<Writer> make(Format format, std::string_view fields);

  /// The first line of CSV; nothing for NDJSON.
  void append_header(std::string& out) const;
  void append(std::string& out, const records::v1::Record& record) const;

 private:
  Writer(Format format, std::vector<std::size_t> fields) : format_(format), fields_(std::move(fields)) {}

  Format format_;
  std::vector<std::size_t> fields_;  ///< places in the list of all fields
};

}  // namespace rows
