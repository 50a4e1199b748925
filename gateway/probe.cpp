#include "probe.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <iostream>

namespace gateway {
namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

constexpr auto patience = std::chrono::seconds(3);

asio::awaitable<unsigned> ask(base::Endpoint at) {
  asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto addresses = co_await resolver.async_resolve(at.host, std::to_string(at.port), asio::use_awaitable);
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_after(patience);
  co_await stream.async_connect(addresses, asio::use_awaitable);
  beast::http::request<beast::http::empty_body> request(beast::http::verb::get, "/health/ready", 11);
  request.set(beast::http::field::host, at.text());
  request.set(beast::http::field::connection, "close");
  co_await beast::http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  beast::http::response<beast::http::string_body> response;
  co_await beast::http::async_read(stream, buffer, response, asio::use_awaitable);
  co_return response.result_int();
}

}  // namespace

int probe(const base::Endpoint& listen) {
  const base::Endpoint at = base::reachable(listen);
  asio::io_context loop(1);
  unsigned status = 0;
  std::string why = "no answer in time";
  asio::co_spawn(loop, ask(at), [&](std::exception_ptr thrown, unsigned answered) {
    status = answered;
    why = "status " + std::to_string(answered);
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
      why = error.what();
    }
  });
  loop.run_for(patience);
  if (status == 200) return base::exit_code::ok;
  std::cerr << at.text() << ": " << why << "\n";
  return base::exit_code::unavailable;
}

}  // namespace gateway
