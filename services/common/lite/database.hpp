// The sqlite3 C API as values: a connection, a prepared statement, a transaction. Used by the SQLite store and by the analytics service's
// counts. A connection and its statements belong to one thread at a time. What breaks is thrown as Failure; Worker turns it into an Error.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace lite {

/// SQLite refused something. `code` is its extended result code (https://www.sqlite.org/rescode.html).
struct Failure : std::runtime_error {
  Failure(int result_code, const std::string& message) : std::runtime_error(message), code(result_code) {}
  /// The primary result code.
  int primary() const { return code & 0xff; }

  int code;
};

/// A prepared statement. Parameters have names; binding one that the statement does not have is no error, so that one set of values
/// serves every variant of a query.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  Statement& bind(const char* name, std::int64_t value);
  /// The text is copied.
  Statement& bind(const char* name, std::string_view value);
  Statement& bind_null(const char* name);

  /// True while there is a row.
  bool step();
  /// For statements without rows.
  void run();
  /// Gives the read position and the bound values back; the statement can be run again.
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

/// A cached statement in use; reset when it goes.
class Borrowed {
 public:
  explicit Borrowed(Statement& statement) : statement_(&statement) {}
  ~Borrowed() { statement_->reset(); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  Statement* operator->() const { return statement_; }
  Statement& operator*() const { return *statement_; }

 private:
  Statement* statement_;
};

enum class Access { read_write, read_only };

class Database {
 public:
  /// `path`: a file, ":memory:", or "" for a private temporary file that SQLite removes by itself.
  explicit Database(const std::string& path, Access access = Access::read_write);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// One or several statements without parameters and results.
  void execute(const std::string& sql);
  /// A statement of its own.
  Statement prepare(std::string_view sql);
  /// The same statement, prepared once for this connection.
  Borrowed cached(const std::string& sql);
  std::int64_t last_insert_id() const;
  /// Rows that the latest INSERT, UPDATE or DELETE touched.
  int changes() const;
  bool in_transaction() const;

  /// Work on this connection that outlasts the moment fails with SQLITE_INTERRUPT (running) or SQLITE_BUSY (waiting for another writer).
  void set_deadline(base::Deadline deadline);

  /// Makes `target` an exact copy of this database.
  void copy_to(Database& target);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Rolls back unless committed.
class Transaction {
 public:
  enum class Kind { read, write };
  Transaction(Database& database, Kind kind);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace lite
