#include "sandbox.hpp"

#include "support/catch.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

namespace {

std::string given() {
  const char* const url = std::getenv("TEST_DATABASE_URL");
  if (!url || !*url) FAIL("TEST_DATABASE_URL is not set: there is no cluster to run the program on");
  return url;
}

/// A URI with one more parameter.
std::string with(const std::string& url, const std::string& parameter) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + parameter;
}

/// A URI with another database.
std::string at_database(const std::string& url, const std::string& name) {
  const std::size_t query = std::min(url.find('?'), url.size());
  const std::size_t path = std::min(url.find('/', url.find("://") + 3), query);
  return url.substr(0, path) + "/" + name + url.substr(query);
}

bool execute(PGconn* connection, const std::string& sql) {
  PGresult* const result = PQexec(connection, sql.c_str());
  const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  PQclear(result);
  return done;
}

}  // namespace

Sandbox::Connection Sandbox::connect(const std::string& url) {
  Connection connection(PQconnectdb(with(url, "target_session_attrs=read-write").c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) FAIL(PQerrorMessage(connection.get()));
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

Sandbox::Sandbox()
    : name_("sandbox_" + std::to_string(::getpid()) + "_" + std::to_string(std::chrono::steady_clock::now().time_since_epoch().count())),
      outside_(connect(given())) {
  const char* const password = PQpass(outside_.get());
  password_ = password ? password : "";
  database_ = execute(outside_.get(), "CREATE DATABASE " + name_);
  if (!database_ && !execute(outside_.get(), "CREATE SCHEMA " + name_))
    FAIL("neither a database nor a schema can be made: " << PQerrorMessage(outside_.get()));
  url_ = database_ ? at_database(given(), name_) : with(given(), "options=-csearch_path%3D" + name_);
  inside_ = connect(url_);
}

std::string Sandbox::standby_url() const {
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(10))) {
    const Connection standby(PQconnectdb(with(url_, "target_session_attrs=standby").c_str()));
    if (PQstatus(standby.get()) != CONNECTION_OK) continue;
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(standby.get(), "SELECT FROM schema_migrations"), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) continue;
    const std::size_t begin = url_.find('@') + 1;
    return url_.substr(0, begin) + PQhost(standby.get()) + ":" + PQport(standby.get()) + url_.substr(url_.find('/', begin));
  }
}

Sandbox::~Sandbox() {
  inside_.reset();
  execute(outside_.get(), database_ ? "DROP DATABASE " + name_ + " WITH (FORCE)" : "DROP SCHEMA " + name_ + " CASCADE");
}

std::shared_ptr<void> Sandbox::hold(const std::string& sql) const {
  Connection connection = connect(url_);
  if (!execute(connection.get(), "BEGIN") || !execute(connection.get(), sql)) FAIL(PQerrorMessage(connection.get()));
  return connection;
}

std::int64_t Sandbox::number(const std::string& sql) const {
  PGresult* const result = PQexec(inside_.get(), sql.c_str());
  if (PQresultStatus(result) != PGRES_TUPLES_OK || PQntuples(result) != 1) FAIL(sql << ": " << PQerrorMessage(inside_.get()));
  const std::int64_t number = std::stoll(PQgetvalue(result, 0, 0));
  PQclear(result);
  return number;
}
