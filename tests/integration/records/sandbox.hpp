// An empty place on the cluster of TEST_DATABASE_URL for a program that makes its own schema: a database where the role may create one,
// else a schema of a name of its own. Removed at the end.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

class Sandbox {
 public:
  Sandbox();
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  /// What DATABASE_URL must be to work in it.
  const std::string& url() const { return url_; }
  /// The same by the address of one standby alone; waits until that has what `migrate` has made.
  std::string standby_url() const;
  /// One number, asked of the primary inside the sandbox.
  std::int64_t number(const std::string& sql) const;
  /// What the statement locks stays locked until what is returned has gone; nothing is kept of what it does.
  std::shared_ptr<void> hold(const std::string& sql) const;
  /// As in TEST_DATABASE_URL; empty where there is none.
  const std::string& password() const { return password_; }

 private:
  struct Close {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };
  using Connection = std::unique_ptr<PGconn, Close>;
  static Connection connect(const std::string& url);

  std::string name_, url_, password_;
  Connection outside_, inside_;
  bool database_ = false;
};
