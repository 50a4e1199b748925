#include "pg/connection.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "pg/sqlstate.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace pg {
namespace asio = boost::asio;

namespace {

constexpr auto watchdog_period = std::chrono::milliseconds(20);

/// What every session of ours starts with. No statement outlives 60 s on the server, whatever happens to us; and since PostgreSQL 14 none
/// outlives our closing of the connection for long.
constexpr const char* session_setup =
    "SET client_encoding = 'UTF8'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '120s'; SELECT version()";
constexpr const char* session_setup_14 =
    "SET client_encoding = 'UTF8'; SET statement_timeout = '60s'; SET idle_in_transaction_session_timeout = '120s'; "
    "SET client_connection_check_interval = '500ms'; SELECT version()";
constexpr const char* session_setup_opengauss =
    "SET client_encoding = 'UTF8'; SET statement_timeout = '60s'; SET session_timeout = 0; SELECT version()";

/// By PQserverVersion; openGauss reports the PostgreSQL that it grew from, 9.2.
const char* session_setup_of(int version) {
  if (version < 90300) return session_setup_opengauss;
  return version < 140000 ? session_setup : session_setup_14;
}

std::string* find(ConnInfo& info, std::string_view key) {
  for (auto& [name, value] : info)
    if (name == key) return &value;
  return nullptr;
}

/// Looks the name up without blocking the loop (libpq would block) and hands libpq the address.
Awaitable<base::Result<void>> resolve(ConnInfo& info) {
  const std::string* host = find(info, "host");
  if (!host || host->empty() || host->front() == '/' || find(info, "hostaddr")) co_return base::Result<void>();
  boost::system::error_code error;
  asio::ip::make_address(*host, error);
  if (error) {
    asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
    error.clear();
    const auto found = co_await resolver.async_resolve(*host, "", asio::redirect_error(asio::use_awaitable, error));
    if (error || found.empty())
      co_return base::unavailable("the database is not available", "cannot resolve " + *host + ": " + error.message());
    info.emplace_back("hostaddr", found.begin()->endpoint().address().to_string());
  }
  co_return base::Result<void>();
}

/// What to do where openGauss stores the password in its own way (type 2, sha256, its default): its code for that is PostgreSQL's for SASL.
std::string with_advice(std::string message) {
  if (message.find("none of the server's SASL authentication mechanisms are supported") == std::string::npos) return message;
  return message +
         " - openGauss offers sha256 only: set password_encryption_type to 0, then set this user's password again, and md5 in pg_hba.conf";
}

/// Gives a pointer its value until the block ends.
class ForTheTime {
 public:
  ForTheTime(const base::Audience*& place, const base::Audience* value) : place_(place) { place_ = value; }
  ~ForTheTime() { place_ = nullptr; }
  ForTheTime(const ForTheTime&) = delete;
  ForTheTime& operator=(const ForTheTime&) = delete;

 private:
  const base::Audience*& place_;
};

base::Result<Rows> outcome(PGresult* raw, bool& poisoned) {
  switch (PQresultStatus(raw)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
      return Rows(raw);
    case PGRES_PIPELINE_ABORTED:
      PQclear(raw);
      return base::Error{.code = base::Code::aborted, .message = "an earlier step of the same transaction failed"};
    default:
      break;
  }
  const char* state = PQresultErrorField(raw, PG_DIAG_SQLSTATE);
  const std::string sqlstate = state ? state : "";
  base::Error error = from_sqlstate(sqlstate, PQresultErrorMessage(raw));
  poisoned = poisoned || poisons_connection(sqlstate);
  PQclear(raw);
  return error;
}

}  // namespace

struct Watchdog::State {
  std::vector<Connection*> connections;
  asio::steady_timer timer;
  bool stopped = false;

  explicit State(const asio::any_io_executor& executor) : timer(executor) {}
};

Statement::Statement(std::string text) : name("s" + std::to_string(base::fnv1a(text))), sql(std::move(text)) {}

Connection::Connection(Watchdog& watchdog) : watched_(watchdog.state_), socket_(watchdog.executor()) {
  watched_->connections.push_back(this);
}

Connection::~Connection() {
  std::erase(watched_->connections, this);
  if (socket_.is_open()) socket_.release();
}

base::Error Connection::broken(std::string_view doing) {
  usable_ = false;
  if (abandoned_) return base::unavailable("the database is not available", std::string(doing) + ": the node has stopped answering");
  if (unwanted_) return base::cancelled();
  if (expired_) return base::deadline_exceeded("the database did not answer in time");
  return base::unavailable("the database is not available",
                           std::string(doing) + ": " + (conn_ ? with_advice(PQerrorMessage(conn_.get())) : "no connection"));
}

// Ends what is under way if it is too late, or if nobody waits for it.
void Connection::look(base::SteadyClock::time_point now) {
  const bool unwanted = audience_ && audience_->has_gone();
  if (!unwanted && deadline_ > now) return;
  (unwanted ? unwanted_ : expired_) = true;
  audience_ = nullptr;
  deadline_ = base::Deadline::max();
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void Connection::abandon() {
  abandoned_ = true;
  usable_ = false;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Awaitable<bool> Connection::wait(bool for_write) {
  if (given_up()) co_return false;
  boost::system::error_code error;
  co_await socket_.async_wait(for_write ? asio::posix::stream_descriptor::wait_write : asio::posix::stream_descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, error));
  co_return !error && !given_up();
}

Awaitable<base::Result<std::unique_ptr<Connection>>> Connection::open(Watchdog& watchdog, ConnInfo info, base::Deadline deadline) {
  std::unique_ptr<Connection> connection(new Connection(watchdog));
  connection->deadline_ = deadline;
  base::Result<void> done = co_await connection->connect(std::move(info));
  connection->deadline_ = base::Deadline::max();
  if (done.has_error()) co_return done.error();
  co_return connection;
}

Awaitable<base::Result<void>> Connection::connect(ConnInfo info) {
  base::Result<void> resolved = co_await resolve(info);
  if (resolved.has_error()) co_return resolved.error();
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : info) keys.push_back(key.c_str()), values.push_back(value.c_str());
  keys.push_back(nullptr);
  values.push_back(nullptr);
  conn_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
  if (!conn_ || PQstatus(conn_.get()) == CONNECTION_BAD) co_return broken("connecting");
  for (PostgresPollingStatusType state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK; state = PQconnectPoll(conn_.get())) {
    if (state == PGRES_POLLING_FAILED) co_return broken("connecting");
    // libpq may have gone on to another socket: look each time.
    if (socket_.is_open()) socket_.release();
    socket_.assign(PQsocket(conn_.get()));
    const bool ready = co_await wait(state == PGRES_POLLING_WRITING);
    if (!ready) co_return broken("connecting");
  }
  if (socket_.is_open()) socket_.release();
  socket_.assign(PQsocket(conn_.get()));
  PQsetnonblocking(conn_.get(), 1);
  PQsetNoticeProcessor(
      conn_.get(),
      [](void*, const char* notice) {
        base::log::debug("database notice", {{"detail", notice}});
      },
      nullptr);
  if (!PQsendQuery(conn_.get(), session_setup_of(PQserverVersion(conn_.get())))) co_return broken("setting the session up");
  base::Result<void> flushed = co_await flush();
  if (flushed.has_error()) co_return flushed.error();
  for (;;) {
    base::Result<PGresult*> result = co_await next_result();
    if (result.has_error()) co_return result.error();
    if (!result.value()) break;
    bool poisoned = false;
    base::Result<Rows> rows = outcome(result.value(), poisoned);
    if (rows.has_error()) co_return rows.error();
    if (rows->count() == 1) server_version_ = rows->text(0, 0);
  }
  if (!PQenterPipelineMode(conn_.get())) co_return broken("entering pipeline mode");
  usable_ = true;
  co_return base::Result<void>();
}

Awaitable<base::Result<void>> Connection::flush() {
  for (;;) {
    const int left = PQflush(conn_.get());
    if (left == 0) co_return base::Result<void>();
    if (left < 0) co_return broken("sending");
    // The server may stop reading until we have read: take what is there while we wait (libpq documentation, "Nonblocking").
    const bool writable = co_await wait(true);
    if (!writable || !PQconsumeInput(conn_.get())) co_return broken("sending");
  }
}

Awaitable<base::Result<PGresult*>> Connection::next_result() {
  while (PQisBusy(conn_.get())) {
    const bool readable = co_await wait(false);
    if (!readable || !PQconsumeInput(conn_.get())) co_return broken("reading");
  }
  co_return PQgetResult(conn_.get());
}

/// The first of a flight that uses an unknown statement brings it along.
bool Connection::brings_statement(const std::vector<Step>& steps, const Step& step) const {
  const auto is_same = [&step](const Step& earlier) { return earlier.statement->name == step.statement->name; };
  return !prepared_.contains(step.statement->name) && std::find_if(steps.data(), &step, is_same) == &step;
}

bool Connection::send(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const Statement& statement = *step.statement;
    if (brings_statement(steps, step) && !PQsendPrepare(conn_.get(), statement.name.c_str(), statement.sql.c_str(), 0, nullptr))
      return false;
    const std::vector<const char*> values = step.params.values();
    const std::vector<int> formats(values.size(), 1);
    if (!PQsendQueryPrepared(conn_.get(), statement.name.c_str(), step.params.count(), values.data(), step.params.sizes().data(),
                             formats.data(), 1))
      return false;
    if ((step.sync || &step == &steps.back()) && !PQpipelineSync(conn_.get())) return false;
  }
  return true;
}

Awaitable<base::Result<std::vector<base::Result<Rows>>>> Connection::run(std::vector<Step> steps, base::Deadline deadline,
                                                                         const base::Audience* audience) {
  if (!usable_) co_return broken("starting");
  if (audience && audience->has_gone()) co_return base::cancelled();
  if (deadline <= base::SteadyClock::now()) co_return base::deadline_exceeded("the deadline passed before the database was asked");
  deadline_ = deadline;
  expired_ = false;
  const ForTheTime looked_after(audience_, audience);
  if (!send(steps)) co_return broken("sending");
  base::Result<void> flushed = co_await flush();
  if (flushed.has_error()) co_return flushed.error();
  std::vector<base::Result<Rows>> outcomes;
  outcomes.reserve(steps.size());
  bool poisoned = false;
  for (const Step& step : steps) {
    const bool fresh = brings_statement(steps, step);
    std::optional<base::Error> failed;
    // Each command answers with its result and then a null; the Sync with one result of its own and no null.
    for (int part = fresh ? 0 : 1; part < 2; ++part) {
      base::Result<PGresult*> result = co_await next_result();
      if (result.has_error()) co_return result.error();
      base::Result<Rows> rows = outcome(result.value(), poisoned);
      result = co_await next_result();
      if (result.has_error()) co_return result.error();
      if (part == 0) {
        if (rows.has_error()) failed = rows.error();
        else prepared_.insert(step.statement->name);
      } else if (failed) {
        outcomes.emplace_back(std::move(*failed));
      } else {
        outcomes.push_back(std::move(rows));
      }
    }
    if (step.sync || &step == &steps.back()) {
      base::Result<PGresult*> result = co_await next_result();
      if (result.has_error()) co_return result.error();
      const bool synced = PQresultStatus(result.value()) == PGRES_PIPELINE_SYNC;
      PQclear(result.value());
      if (!synced) co_return broken("synchronising");
    }
  }
  deadline_ = base::Deadline::max();
  if (poisoned || given_up()) usable_ = false;
  co_return outcomes;
}

Awaitable<base::Result<Rows>> Connection::run(const Statement& statement, Params params, base::Deadline deadline) {
  std::vector<Step> steps;
  steps.push_back({&statement, std::move(params)});
  auto outcomes = co_await run(std::move(steps), deadline);
  if (outcomes.has_error()) co_return outcomes.error();
  co_return std::move(outcomes->front());
}

base::Result<void> all_well(const base::Result<std::vector<base::Result<Rows>>>& outcomes) {
  if (outcomes.has_error()) return outcomes.error();
  for (const auto& outcome : *outcomes)
    if (outcome.has_error()) return outcome.error();
  return {};
}

Watchdog::Watchdog(asio::any_io_executor executor) : executor_(std::move(executor)), state_(std::make_shared<State>(executor_)) {
  auto watch = [](std::shared_ptr<State> state) -> Awaitable<void> {
    while (!state->stopped) {
      boost::system::error_code ignored;
      state->timer.expires_after(watchdog_period);
      co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
      const auto now = base::SteadyClock::now();
      for (Connection* connection : state->connections) connection->look(now);
    }
  };
  asio::co_spawn(executor_, watch(state_), asio::detached);
}

Watchdog::~Watchdog() {
  state_->stopped = true;
  state_->timer.cancel();
}

}  // namespace pg
