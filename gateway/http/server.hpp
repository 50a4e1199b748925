// The HTTP server: accepts connections, gives each to one of the loops in turn, drains. Made by main.cpp.
#pragma once

#include "base/config.hpp"
#include "http/session.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <list>
#include <memory>
#include <vector>

namespace http {

/// Everything but `open_connections` belongs to the first loop's thread.
class Server {
 public:
  /// Listens at once. Throws std::runtime_error with one clear line when the address cannot be had. Environments outlive this.
  Server(const base::Endpoint& listen, std::vector<Environment*> environments, const Limits& limits);
  ~Server();

  int port() const;
  void start();
  /// Takes no more connections; idle ones end, busy ones end after the request at hand.
  void drain();
  /// Gives up what is still being worked on.
  void abort();
  int open_connections() const { return open_.load(std::memory_order_relaxed); }

 private:
  struct Lane;

  boost::asio::awaitable<void> accept();
  void accept_one(boost::system::error_code& error);
  void serve(Lane& lane, boost::asio::ip::tcp::socket socket);

  const Limits& limits_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::size_t next_ = 0;
  std::atomic<int> open_{0};
};

}  // namespace http
