#include "lite/database.hpp"

#include "lite/text_search.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace lite {
namespace {

// How many virtual machine instructions pass between two looks at the clock.
constexpr int instructions_between_checks = 2000;
constexpr std::chrono::milliseconds longest_wait_for_a_writer{5000};

[[noreturn]] void fail(sqlite3* connection, int code, std::string_view doing) {
  const char* const message = connection ? sqlite3_errmsg(connection) : sqlite3_errstr(code);
  throw Failure(connection ? sqlite3_extended_errcode(connection) : code, std::string(doing) + ": " + message);
}

int parameter(sqlite3_stmt* statement, const char* name) { return sqlite3_bind_parameter_index(statement, name); }

}  // namespace

// --- Statement

void Statement::Finalize::operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }

Statement& Statement::bind(const char* name, std::int64_t value) {
  const int index = parameter(handle_.get(), name);
  if (index != 0 && sqlite3_bind_int64(handle_.get(), index, value) != SQLITE_OK)
    fail(sqlite3_db_handle(handle_.get()), SQLITE_ERROR, "bind");
  return *this;
}

Statement& Statement::bind(const char* name, std::string_view value) {
  const int index = parameter(handle_.get(), name);
  // A null pointer would bind NULL, also with length 0.
  const char* const data = value.empty() ? "" : value.data();
  if (index != 0 && sqlite3_bind_text64(handle_.get(), index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
    fail(sqlite3_db_handle(handle_.get()), SQLITE_ERROR, "bind");
  return *this;
}

Statement& Statement::bind_null(const char* name) {
  const int index = parameter(handle_.get(), name);
  if (index != 0) sqlite3_bind_null(handle_.get(), index);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(handle_.get()), code, "step");
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::string Statement::text(int column) const {
  const auto* const data = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (!data) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }

// --- Database

struct Database::State {
  ~State() {
    statements.clear();
    sqlite3_close_v2(connection);
  }

  static int out_of_time(void* self) { return base::SteadyClock::now() >= static_cast<State*>(self)->deadline; }

  sqlite3* connection = nullptr;
  std::unordered_map<std::string, Statement> statements;
  base::Deadline deadline = base::Deadline::max();
};

Database::Database(const std::string& path, Access access) : state_(std::make_unique<State>()) {
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &state_->connection, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (code != SQLITE_OK) fail(state_->connection, code, "cannot open " + path);
  sqlite3_busy_timeout(state_->connection, static_cast<int>(longest_wait_for_a_writer.count()));
  sqlite3_progress_handler(state_->connection, instructions_between_checks, &State::out_of_time, state_.get());
  add_text_search(state_->connection);
  execute("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF");
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

void Database::execute(const std::string& sql) {
  const int code = sqlite3_exec(state_->connection, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(state_->connection, code, sql.substr(0, 80));
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v3(state_->connection, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) fail(state_->connection, code, sql.substr(0, 80));
  return Statement(handle);
}

Borrowed Database::cached(const std::string& sql) {
  auto found = state_->statements.find(sql);
  if (found == state_->statements.end()) found = state_->statements.emplace(sql, prepare(sql)).first;
  return Borrowed(found->second);
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(state_->connection); }
int Database::changes() const { return sqlite3_changes(state_->connection); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(state_->connection) == 0; }

void Database::set_deadline(base::Deadline deadline) {
  state_->deadline = deadline;
  const auto now = base::SteadyClock::now();
  const auto left = deadline <= now                               ? std::chrono::milliseconds(0)
                    : deadline - now >= longest_wait_for_a_writer ? longest_wait_for_a_writer
                                                                  : std::chrono::ceil<std::chrono::milliseconds>(deadline - now);
  sqlite3_busy_timeout(state_->connection, static_cast<int>(left.count()));
}

void Database::copy_to(Database& target) {
  sqlite3_backup* const backup = sqlite3_backup_init(target.state_->connection, "main", state_->connection, "main");
  if (!backup) fail(target.state_->connection, SQLITE_ERROR, "copy");
  sqlite3_backup_step(backup, -1);
  if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK) fail(target.state_->connection, code, "copy");
}

// --- Transaction

Transaction::Transaction(Database& database, Kind kind) : database_(database) {
  database_.execute(kind == Kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (!open_ || !database_.in_transaction()) return;
  try {
    database_.set_deadline(base::Deadline::max());
    database_.execute("ROLLBACK");
  } catch (const Failure&) {  // SQLite has rolled back by itself
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace lite
