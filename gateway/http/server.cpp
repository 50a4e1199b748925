#include "http/server.hpp"

#include "base/log.hpp"
#include "http/problem.hpp"
#include "http/serialize.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>
#include <unordered_set>

namespace http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// What a connection beyond the limit is told, before anything of it is read.
std::string full_house(std::string_view date) {
  Request nobody;
  const Response response = problem(nobody, 503, "Too many connections.");
  std::string out;
  append_header(out, response, {.keep = false, .length = response.body.size()}, date, nobody.id());
  return out + response.body;
}

/// When the process is out of descriptors, accepting rests this long.
constexpr auto rest = std::chrono::milliseconds(50);
/// Accepted in one turn of a busy loop, so that who connects need not wait for a turn each.
constexpr int most_at_once = 64;

}  // namespace

/// One loop and its sessions; touched on that loop only.
struct Server::Lane {
  Environment& environment;
  std::unordered_set<Session*> sessions;
};

Server::Server(const base::Endpoint& listen, std::vector<Environment*> environments, const Limits& limits)
    : limits_(limits), acceptor_(environments.front()->loop.context()) {
  for (Environment* environment : environments) lanes_.push_back(std::make_unique<Lane>(Lane{*environment, {}}));
  error_code error;
  tcp::resolver resolver(acceptor_.get_executor());
  const auto found = resolver.resolve(listen.host, std::to_string(listen.port), tcp::resolver::passive, error);
  if (error || found.empty())
    throw std::runtime_error("HTTP_ADDRESS: " + listen.host + " is not an address of this machine: " + error.message());
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::runtime_error("cannot listen on " + listen.text() + ": " + error.message());
}

Server::~Server() = default;

int Server::port() const { return acceptor_.local_endpoint().port(); }

void Server::start() { asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached); }

asio::awaitable<void> Server::accept() {
  asio::steady_timer timer(acceptor_.get_executor());
  while (acceptor_.is_open()) {
    error_code error;
    co_await acceptor_.async_wait(tcp::acceptor::wait_read, asio::redirect_error(asio::use_awaitable, error));
    for (int i = 0; i < most_at_once && !error; ++i) accept_one(error);
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (!error || error == asio::error::would_block || error == asio::error::connection_aborted) continue;
    base::log::warn("a connection could not be accepted", {{"detail", error.message()}});
    timer.expires_after(rest);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

void Server::accept_one(error_code& error) {
  Lane& lane = *lanes_[next_ % lanes_.size()];
  tcp::socket socket(lane.environment.loop.context());
  acceptor_.accept(socket, error);
  if (error) return;
  ++next_;
  if (open_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(full_house(lanes_.front()->environment.loop.http_date())), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  asio::post(lane.environment.loop.context(), [this, &lane, s = std::move(socket)]() mutable { serve(lane, std::move(s)); });
}

void Server::serve(Lane& lane, tcp::socket socket) {
  lane.environment.counters.accepted.add();
  auto session = std::make_shared<Session>(lane.environment, std::move(socket));
  Session* const key = session.get();
  lane.sessions.insert(key);
  if (lane.environment.draining) session->drain();
  auto work = session->run();
  asio::co_spawn(lane.environment.loop.context(), std::move(work), [this, &lane, key, session](std::exception_ptr) {
    lane.sessions.erase(key);
    open_.fetch_sub(1, std::memory_order_relaxed);
  });
}

void Server::abort() {
  for (const auto& lane : lanes_)
    asio::post(lane->environment.loop.context(), [&lane = *lane] {
      for (Session* session : lane.sessions) session->abort();
    });
}

void Server::drain() {
  // Who waits in the kernel's queue is connected already: closing it would cut them off, with what they may have sent.
  error_code error;
  for (int i = 0; i < asio::socket_base::max_listen_connections && (!error || error == asio::error::connection_aborted); ++i)
    accept_one(error);
  acceptor_.close(error);
  for (const auto& lane : lanes_)
    asio::post(lane->environment.loop.context(), [&lane = *lane] {
      lane.environment.draining = true;
      for (Session* session : lane.sessions) session->drain();
    });
}

}  // namespace http
