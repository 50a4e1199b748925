#include "records/sqlite/rows.hpp"

#include "lite/text_search.hpp"

#include <charconv>

namespace records::sqlite {

Record read_record(const lite::Statement& row, int first) {
  Record record;
  record.id = row.integer(first);
  record.title = row.text(first + 1);
  record.owner = row.text(first + 2);
  record.status = parse_status(row.text(first + 3)).value_or(Status::pending);
  record.description = row.text(first + 4);
  record.created_at = base::Micros(std::chrono::microseconds(row.integer(first + 5)));
  record.updated_at = base::Micros(std::chrono::microseconds(row.integer(first + 6)));
  record.version = row.integer(first + 7);
  return record;
}

void bind_fields(lite::Statement& statement, const NewRecord& record) {
  statement.bind(":title", record.title)
      .bind(":owner", record.owner)
      .bind(":status", name(record.status))
      .bind(":description", record.description);
}

void bind_record(lite::Statement& statement, const Record& record) {
  statement.bind(":id", record.id)
      .bind(":title", record.title)
      .bind(":owner", record.owner)
      .bind(":status", name(record.status))
      .bind(":description", record.description)
      .bind(":created_at", micros(record.created_at))
      .bind(":updated_at", micros(record.updated_at))
      .bind(":version", record.version);
}

void bind_filter(lite::Statement& statement, const Filter& filter) {
  if (filter.status) statement.bind(":status", name(*filter.status));
  if (filter.owner) statement.bind(":owner", *filter.owner);
  if (filter.q) statement.bind(":q", lite::fold(*filter.q));
}

void bind_keyset(lite::Statement& statement, const Keyset& after, SortKey key) {
  statement.bind(":after_id", after.id);
  if (key == SortKey::title) {
    statement.bind(":after_value", after.value);
  } else if (key != SortKey::id) {
    std::int64_t moment = 0;
    std::from_chars(after.value.data(), after.value.data() + after.value.size(), moment);
    statement.bind(":after_value", moment);
  }
}

}  // namespace records::sqlite
