// One libpq connection driven by Asio: never blocks, always in pipeline mode, prepares what it sees for the first time in the same
// round trip. Used by Pool, the cluster probe and the migrations.
#pragma once

#include "base/audience.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "pg/params.hpp"
#include "pg/result.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace pg {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// SQL text under the name it is prepared by. Make each once and keep it: connections remember names, not texts.
struct Statement {
  std::string name;
  std::string sql;

  /// The name is derived from the text.
  explicit Statement(std::string text);
};

/// libpq keywords and values (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS), of one host.
using ConnInfo = std::vector<std::pair<std::string, std::string>>;

/// One statement of a batch. With `sync` the implicit transaction ends behind it: it and what stands before it is committed.
struct Step {
  const Statement* statement;
  Params params;
  bool sync = true;
};

/// The first failure in what Connection::run has answered: of the flight, or of a step.
base::Result<void> all_well(const base::Result<std::vector<base::Result<Rows>>>& outcomes);

class Connection;

/// Ends what has passed its deadline or is waited for by nobody any more: one coarse timer (20 ms) for all connections of an event loop
/// instead of one timer a statement. A connection may outlive it: work that is under way when an event loop ends is destroyed with the
/// loop.
class Watchdog {
 public:
  explicit Watchdog(boost::asio::any_io_executor executor);
  ~Watchdog();
  boost::asio::any_io_executor executor() const { return executor_; }

 private:
  friend class Connection;
  struct State;

  boost::asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
};

/// Not thread-safe: one event loop. One batch at a time.
class Connection {
 public:
  /// Resolves, connects, authenticates, sets the session up. UNAVAILABLE with the reason in `detail`.
  static Awaitable<base::Result<std::unique_ptr<Connection>>> open(Watchdog& watchdog, ConnInfo info, base::Deadline deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends all steps in one flight and waits for all answers: one outcome a step; a step behind a failed one of the same implicit
  /// transaction reports ABORTED. The outer error means the connection broke or the deadline passed: what the server did is unknown.
  /// CANCELLED: all of `audience`, which may be null, have gone; the server gives up within a second.
  Awaitable<base::Result<std::vector<base::Result<Rows>>>> run(std::vector<Step> steps, base::Deadline deadline,
                                                               const base::Audience* audience = nullptr);

  /// One step.
  Awaitable<base::Result<Rows>> run(const Statement& statement, Params params, base::Deadline deadline);

  /// False after anything that leaves the session in doubt: drop it.
  bool usable() const { return usable_; }

  /// Ends a `run` or `open` under way with UNAVAILABLE: its node has been found not to answer.
  void abandon();

  /// "(openGauss …)" in version() tells the dialect.
  const std::string& server_version() const { return server_version_; }

 private:
  friend class Watchdog;
  struct Finish {
    void operator()(PGconn* conn) const { PQfinish(conn); }
  };

  explicit Connection(Watchdog& watchdog);
  Awaitable<base::Result<void>> connect(ConnInfo info);
  Awaitable<bool> wait(bool for_write);
  Awaitable<base::Result<void>> flush();
  Awaitable<base::Result<PGresult*>> next_result();
  bool brings_statement(const std::vector<Step>& steps, const Step& step) const;
  bool send(const std::vector<Step>& steps);
  base::Error broken(std::string_view doing);
  bool given_up() const { return expired_ || abandoned_ || unwanted_; }
  void look(base::SteadyClock::time_point now);

  std::shared_ptr<Watchdog::State> watched_;
  std::unique_ptr<PGconn, Finish> conn_;
  boost::asio::posix::stream_descriptor socket_;
  std::unordered_set<std::string> prepared_;
  std::string server_version_;
  base::Deadline deadline_ = base::Deadline::max();
  const base::Audience* audience_ = nullptr;  ///< of the batch under way
  bool usable_ = false;
  bool expired_ = false;
  bool abandoned_ = false;
  bool unwanted_ = false;
};

}  // namespace pg
