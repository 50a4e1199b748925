#include "records/exchange.hpp"

#include "records/convert.hpp"

#include <algorithm>

namespace records {
namespace {

constexpr int rows_a_message = 500;
/// A message ends where its text has reached this: clients take 4 MB by default, and a record's text is at most 41 kB.
constexpr std::size_t bytes_a_message = 1024 * 1024;
constexpr int most_errors = 1000;
/// Each part of a stream gets this long; the stream as a whole may take as long as it takes.
constexpr auto part_timeout = std::chrono::seconds(30);

base::Deadline part_deadline() { return base::SteadyClock::now() + part_timeout; }

class Report {
 public:
  explicit Report(v1::ImportResponse& response) : response_(response) {}

  void refuse(std::int64_t line, const base::Error& error) {
    response_.set_failed(response_.failed() + 1);
    if (error.fields.empty()) add(line, {}, error.message);
    for (const base::FieldViolation& field : error.fields) add(line, field.field, field.message);
  }
  void refuse(const v1::ImportError& error) {
    if (error.line() != last_rejected_) response_.set_failed(response_.failed() + 1);
    last_rejected_ = error.line();
    add(error.line(), error.field(), error.message());
  }
  void keep(std::int64_t count) { response_.set_imported(response_.imported() + count); }
  bool clean() const { return response_.failed() == 0; }

  void close(bool kept) {
    if (!kept) response_.set_imported(0);
    std::stable_sort(response_.mutable_errors()->begin(), response_.mutable_errors()->end(),
                     [](const v1::ImportError& a, const v1::ImportError& b) { return a.line() < b.line(); });
  }

 private:
  void add(std::int64_t line, const std::string& field, const std::string& message) {
    if (response_.errors_size() >= most_errors) return response_.set_errors_truncated(true);
    auto* error = response_.add_errors();
    error->set_line(line);
    error->set_field(field);
    error->set_message(message);
  }

  v1::ImportResponse& response_;
  std::int64_t last_rejected_ = 0;
};

/// The good rows of one message; the bad ones are reported.
std::vector<NewRecord> good_rows(const v1::ImportRequest& message, Report& report, std::vector<std::int64_t>& lines) {
  std::vector<NewRecord> rows;
  for (const v1::ImportError& rejected : message.rejected()) report.refuse(rejected);
  for (const v1::ImportRow& row : message.rows()) {
    base::Result<NewRecord> record = from_proto(row.record());
    if (record.has_error()) {
      report.refuse(row.line(), record.error());
    } else {
      rows.push_back(std::move(record.value()));
      lines.push_back(row.line());
    }
  }
  return rows;
}

Awaitable<base::Result<void>> keep_good(RecordStore& store, const std::vector<NewRecord>& rows, const std::vector<std::int64_t>& lines,
                                        Report& report, Position& reached) {
  std::vector<Creation> creations;
  creations.reserve(rows.size());
  for (const NewRecord& row : rows) creations.push_back({.record = row, .place = static_cast<std::uint32_t>(creations.size())});
  if (creations.empty()) co_return base::Result<void>();
  std::string unnamed;
  std::vector<base::Result<Written>> outcomes = co_await store.create(std::move(creations), std::move(unnamed), part_deadline());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i].has_value()) {
      report.keep(1);
      reached = base::later(reached, outcomes[i]->position);
    } else if (outcomes[i].error().code == base::Code::invalid_argument) {
      report.refuse(lines[i], outcomes[i].error());
    } else {
      co_return outcomes[i].error();
    }
  }
  co_return base::Result<void>();
}

/// False when the caller has gone.
Awaitable<bool> write_all(const std::vector<Record>& records, rpc::StreamWriter<v1::ExportResponse>& out) {
  v1::ExportResponse message;
  std::size_t bytes = 0;
  for (const Record& record : records) {
    to_proto(record, *message.add_records());
    bytes += record.title.size() + record.owner.size() + record.description.size();
    if (bytes < bytes_a_message && &record != &records.back()) continue;
    const bool taken = co_await out.write(std::exchange(message, {}));
    if (!taken) co_return false;
    bytes = 0;
  }
  co_return true;
}

}  // namespace

Awaitable<base::Result<void>> export_records(RecordStore& store, v1::ExportRequest request, CallOptions options,
                                             rpc::StreamWriter<v1::ExportResponse>& out) {
  const base::Result<Selection> selection = from_proto(request);
  if (selection.has_error()) co_return selection.error();
  options.deadline = std::min(options.deadline, part_deadline());
  auto cursor = co_await store.open_export(selection->filter, selection->sort, options.read());
  if (cursor.has_error()) co_return cursor.error();
  for (;;) {
    auto records = co_await (*cursor)->next(rows_a_message, part_deadline());
    if (records.has_error()) co_return records.error();
    if (records->empty()) co_return base::Result<void>();
    const bool taken = co_await write_all(*records, out);
    if (!taken) co_return base::cancelled();
  }
}

Awaitable<base::Result<void>> import_records(RecordStore& store, rpc::StreamReader<v1::ImportRequest>& in, v1::ImportResponse& response,
                                             Position& reached) {
  Report report(response);
  std::unique_ptr<AtomicImport> atomic;
  bool first = true, all_or_nothing = false;
  for (;;) {
    const base::Result<v1::ImportRequest*> read = co_await in.read();
    if (read.has_error()) co_return read.error();
    const v1::ImportRequest* const message = *read;
    if (!message) break;
    if (first && !v1::ImportMode_IsValid(message->mode())) co_return base::invalid("mode", "must be partial or atomic");
    if (message->rows_size() > static_cast<int>(limits::batch)) co_return base::invalid("rows", "must be at most 1000 a message");
    if (first) all_or_nothing = message->mode() == v1::IMPORT_MODE_ATOMIC;
    if (first && all_or_nothing) {
      auto begun = co_await store.begin_import(part_deadline());
      if (begun.has_error()) co_return begun.error();
      atomic = std::move(begun.value());
    }
    first = false;
    std::vector<std::int64_t> lines;
    std::vector<NewRecord> rows = good_rows(*message, report, lines);
    base::Result<void> done;
    if (!all_or_nothing) {
      done = co_await keep_good(store, rows, lines, report, reached);
    } else if (report.clean() && !rows.empty()) {
      report.keep(static_cast<std::int64_t>(rows.size()));
      done = co_await atomic->add(std::move(rows), part_deadline());
    }
    if (done.has_error()) co_return done.error();
  }
  const bool complete = co_await in.complete();
  if (!complete) co_return base::cancelled();
  const bool kept = !all_or_nothing || report.clean();
  if (atomic && kept) {
    auto committed = co_await atomic->commit(part_deadline());
    if (committed.has_error()) co_return committed.error();
    reached = *committed;
  }
  report.close(kept);
  co_return base::Result<void>();
}

}  // namespace records
