#include "rows/import_reader.hpp"

#include "base/text.hpp"
#include "json/record.hpp"
#include "json/status.hpp"

#include <algorithm>
#include <utility>

namespace rows {

namespace v1 = records::v1;

namespace {

constexpr std::string_view what_header_is =
    "the first line must name the columns: title and owner, and where wanted status and description (id, created_at, updated_at and "
    "version "
    "are passed over)";

}  // namespace

void ImportReader::put(std::string_view bytes) {
  if (format_ == Format::csv) csv_.put(bytes);
  else rest_ = bytes;
}

bool ImportReader::fill(v1::ImportRequest& message) {
  message.set_mode(mode_);
  while (message.rows_size() + message.rejected_size() < most_rows && bytes_ < message_bytes)
    if (!next(message)) {
      const bool last = ended_ && message.rows_size() + message.rejected_size() > 0;
      if (last) bytes_ = 0;
      return last;
    }
  bytes_ = 0;
  return true;
}

/// One more line; false: there is none yet.
bool ImportReader::next(v1::ImportRequest& message) { return format_ == Format::csv ? next_csv(message) : next_ndjson(message); }

void ImportReader::reject(v1::ImportRequest& message, std::int64_t line, std::string_view field, std::string text) {
  v1::ImportError& error = *message.add_rejected();
  error.set_line(line);
  error.set_field(std::string(field));
  error.set_message(std::move(text));
}

// ---- CSV --------------------------------------------------------------------------------------------------------------------------------

bool ImportReader::next_csv(v1::ImportRequest& message) {
  CsvRow row;
  if (hopeless_ || !(csv_.next(row) || (ended_ && csv_.finish(row)))) {
    if (ended_ && !header_ && !hopeless_) {
      hopeless_ = true;
      reject(message, 1, "", std::string(what_header_is));
      return true;
    }
    return false;
  }
  if (!header_) take_header(row, message);
  else take_row(row, message);
  return true;
}

void ImportReader::take_header(const CsvRow& row, v1::ImportRequest& message) {
  static constexpr std::array<std::pair<std::string_view, Column>, 8> known{{{"title", title},
                                                                             {"owner", owner},
                                                                             {"status", status},
                                                                             {"description", description},
                                                                             {"id", set_by_server},
                                                                             {"created_at", set_by_server},
                                                                             {"updated_at", set_by_server},
                                                                             {"version", set_by_server}}};
  hopeless_ = true;
  if (!row.fault.empty()) return reject(message, row.line, "", row.fault);
  std::vector<Column> columns;
  for (auto field = row.fields.begin(); field != row.fields.end(); ++field) {
    const auto found = std::ranges::find(known, *field, &std::pair<std::string_view, Column>::first);
    if (found == known.end()) return reject(message, row.line, "", std::string(what_header_is));
    if (std::find(row.fields.begin(), field, *field) != field) return reject(message, row.line, *field, "stands twice among the columns");
    columns.push_back(found->second);
  }
  for (const auto& [name, column] : {std::pair{"title", title}, std::pair{"owner", owner}})
    if (std::ranges::find(columns, column) == columns.end())
      return reject(message, row.line, name, "is missing among the columns of the first line");
  hopeless_ = false;
  header_ = std::move(columns);
}

void ImportReader::take_row(CsvRow& row, v1::ImportRequest& message) {
  if (!row.fault.empty()) return reject(message, row.line, "", row.fault);
  if (row.fields.size() != header_->size())
    return reject(message, row.line, "",
                  "has " + std::to_string(row.fields.size()) + " fields, the first line has " + std::to_string(header_->size()));
  v1::ImportRow made;
  made.set_line(row.line);
  v1::NewRecord& record = *made.mutable_record();
  const int faults_before = message.rejected_size();
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    static constexpr std::array<std::string_view, 4> names{"title", "owner", "status", "description"};
    const Column column = (*header_)[i];
    std::string& text = row.fields[i];
    if (column == set_by_server) continue;
    bytes_ += text.size();
    if (column == status) {
      const auto known = json::parse_status(text);
      if (known) record.set_status(*known);
      else if (!text.empty()) reject(message, row.line, "status", "must be one of pending, active, done, archived");
    } else if (!base::utf8_length(text)) {
      reject(message, row.line, names[column], "must be valid UTF-8");
    } else {
      std::string* const place = column == title   ? record.mutable_title()
                                 : column == owner ? record.mutable_owner()
                                                   : record.mutable_description();
      *place = std::move(text);
    }
  }
  if (message.rejected_size() == faults_before) *message.add_rows() = std::move(made);
}

// ---- NDJSON -----------------------------------------------------------------------------------------------------------------------------

bool ImportReader::next_ndjson(v1::ImportRequest& message) {
  while (!rest_.empty() || ended_) {
    const auto end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view part = rest_.substr(0, end);
    const bool whole = end < rest_.size();
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (held_.size() + part.size() > most_line_bytes) overlong_ = true;
    if (!whole && !ended_) {
      if (overlong_) held_.clear();
      else held_ += part;
      return false;
    }
    if (!whole && held_.empty() && part.empty() && !overlong_) return false;
    ++line_;
    const std::string line = std::exchange(held_, {}) + (overlong_ ? std::string() : std::string(part));
    if (std::exchange(overlong_, false)) {
      reject(message, line_, "", "is longer than " + std::to_string(most_line_bytes) + " bytes");
      return true;
    }
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    take_line(line, message);
    return true;
  }
  return false;
}

void ImportReader::take_line(std::string_view line, v1::ImportRequest& message) {
  v1::ImportRow row;
  row.set_line(line_);
  const base::Result<void> read = json::read_import_row(line, *row.mutable_record());
  bytes_ += line.size();
  if (read.has_value()) {
    *message.add_rows() = std::move(row);
    return;
  }
  const base::Error& error = read.error();
  const bool told_by_field = !error.fields.empty() && error.reason != base::reason::malformed;
  if (!told_by_field) reject(message, line_, "", error.message);
  for (const base::FieldViolation& field : error.fields)
    if (told_by_field) reject(message, line_, field.field, field.message);
}

}  // namespace rows
