// HTTP/1.1 on one connection: one request after the other, from bytes to a handler and back. Started by the server for each connection.
// Lives as long as its coroutine. Loop thread only. Source: RFC 9110, RFC 9112.
#pragma once

#include "http/admission.hpp"
#include "http/connection.hpp"
#include "http/cors.hpp"
#include "http/router.hpp"
#include "loop/counters.hpp"

#include <memory>
#include <optional>

namespace http {

class Parser;
class Session;

/// What the sessions of one loop share; made by main.cpp.
struct Environment {
  loop::Loop& loop;
  loop::Counters& counters;
  const Router& router;
  const Limits& limits;
  Admission& admission;
  const Cors& cors;
  bool access_log = false;
  bool draining = false;  ///< set on the loop by Server::drain
  std::string out;        ///< where answers are put together before they are written
};

class Session final : public Connection, public std::enable_shared_from_this<Session>, private BodySource, private BodyWriter {
 public:
  Session(Environment& environment, boost::asio::ip::tcp::socket socket);
  ~Session() override;

  /// Until the client leaves, a limit is passed, or the server drains.
  boost::asio::awaitable<void> run();

  /// No further request is taken; one that is worked on ends, a stream of events at once.
  void drain();
  /// Gives up whatever is being worked on.
  void abort();

 private:
  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<bool> refuse(Request& request, unsigned status, std::string_view detail);
  boost::asio::awaitable<std::optional<Response>> prepare(Request& request, const Route& route, Parser& parser);
  Admission::Place admit(const Request& request, const Route& route);
  boost::asio::awaitable<Response> work(Request& request, const Route& route);
  boost::asio::awaitable<bool> feed(Parser& parser, std::uint64_t limit, base::Deadline deadline);
  boost::asio::awaitable<bool> read_body(Parser& parser, std::uint64_t limit);
  boost::asio::awaitable<bool> answer(Request& request, Response& response, bool keep, int version);
  boost::asio::awaitable<bool> answer_stream(Response& response, bool chunked);
  void account(Request& request, const Response& response, std::size_t route, base::SteadyClock::time_point began);

  // BodySource and BodyWriter, for the handler of the request at hand.
  boost::asio::awaitable<base::Result<std::string_view>> read() override;
  boost::asio::awaitable<bool> write(std::string_view bytes) override;
  bool ending() const override;
  void on_quiet(base::SteadyClock::time_point now) override;

  Environment& environment_;
  const std::string client_;  ///< as Admission knows it
  Parser* parser_ = nullptr;  ///< of the request at hand
  std::uint64_t body_taken_ = 0;
  std::string body_buffer_;  ///< read, not yet parsed
  bool continue_wanted_ = false;
  bool chunked_ = false;
  bool endless_ = false;                        ///< a stream of events is being answered
  base::SteadyClock::time_point last_event_{};  ///< or sign of life
};

}  // namespace http
