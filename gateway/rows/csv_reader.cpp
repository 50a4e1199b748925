#include "rows/csv_reader.hpp"

#include <algorithm>
#include <utility>

namespace rows {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

}  // namespace

bool CsvReader::next(CsvRow& row) {
  while (!begun_ && !rest_.empty()) {
    mark_ += rest_.front();
    if (!byte_order_mark.starts_with(mark_)) {
      // Not a mark: what was held back of earlier pieces is the file's own text. It can only be the start of a plain field.
      mark_.pop_back();
      begun_ = true;
      if (!mark_.empty()) state_ = State::plain, row_.line = line_, field_ = std::exchange(mark_, {});
    } else {
      rest_.remove_prefix(1);
      begun_ = mark_ == byte_order_mark;
    }
  }
  while (!rest_.empty())
    if (step(row)) return true;
  return false;
}

// One run of bytes of a kind, or one that means something. True: a row has ended.
bool CsvReader::step(CsvRow& row) {
  const char c = rest_.front();
  switch (state_) {
    case State::row_begin:
      row_.line = line_;
      state_ = State::field_begin;
      [[fallthrough]];
    case State::field_begin:
      if (c == '"') {
        rest_.remove_prefix(1);
        state_ = State::quoted;
        return false;
      }
      state_ = State::plain;
      [[fallthrough]];
    case State::plain: {
      const auto end = std::min(rest_.find_first_of(",\"\n"), rest_.size());
      take(end);
      if (end > 0 || state_ != State::plain) return false;
      rest_.remove_prefix(1);
      if (c == '"') fail("a quote stands inside a field that is not quoted");
      else if (c == ',') end_field();
      else return end_row(row);
      return false;
    }
    case State::quoted: {
      const auto end = std::min(rest_.find('"'), rest_.size());
      take(end);
      if (end > 0 || state_ != State::quoted) return false;
      rest_.remove_prefix(1);
      state_ = State::quote_seen;
      return false;
    }
    case State::quote_seen:
      if (c == '"') {
        take(1);
        if (state_ == State::quote_seen) state_ = State::quoted;
        return false;
      }
      rest_.remove_prefix(1);
      if (c == ',') end_field();
      else if (c == '\n') return end_row(row);
      else if (c == '\r') state_ = State::quoted_line_end;
      else fail("text follows a closing quote");
      return false;
    case State::quoted_line_end:
      if (c != '\n') {
        fail("text follows a closing quote");
        return false;
      }
      rest_.remove_prefix(1);
      return end_row(row);
    case State::passing_over: {
      const auto end = rest_.find('\n');
      rest_.remove_prefix(std::min(end, rest_.size()));
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(1);
      return end_row(row);
    }
  }
  return false;
}

void CsvReader::take(std::size_t bytes) {
  const std::string_view text = rest_.substr(0, std::min(bytes, most_bytes - size_));
  size_ += text.size();
  if (state_ == State::quoted) line_ += std::ranges::count(text, '\n');
  field_.append(text);
  rest_.remove_prefix(text.size());
  if (text.size() < bytes) fail("is longer than " + std::to_string(most_bytes) + " bytes");
}

void CsvReader::end_field() {
  row_.fields.push_back(std::exchange(field_, {}));
  state_ = State::field_begin;
  if (row_.fields.size() >= most_fields) fail("has more than " + std::to_string(most_fields) + " fields");
}

// The rest of the line is passed over.
void CsvReader::fail(std::string why) {
  row_.fault = std::move(why);
  state_ = State::passing_over;
}

bool CsvReader::end_row(CsvRow& row) {
  if (state_ == State::plain && field_.ends_with('\r')) field_.pop_back();
  const bool blank = state_ == State::plain && row_.fields.empty() && field_.empty();
  row_.fields.push_back(std::exchange(field_, {}));
  row = std::exchange(row_, {});
  ++line_;
  size_ = 0;
  state_ = State::row_begin;
  return !blank;
}

bool CsvReader::finish(CsvRow& row) {
  if (state_ == State::row_begin) return false;
  if (state_ == State::quoted) fail("a quoted field has no closing quote");
  return end_row(row);
}

}  // namespace rows
