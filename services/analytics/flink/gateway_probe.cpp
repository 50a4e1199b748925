#include "analytics/flink/gateway_probe.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/url/parse.hpp>

namespace analytics::flink {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint64_t most_answer_bytes = 64 * 1024;

struct Address {
  std::string host;
  std::string port;
  std::string path;  ///< without a trailing slash
};

std::optional<Address> parse(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "http" || parsed->host().empty() || parsed->has_userinfo() || parsed->has_query() ||
      parsed->has_fragment())
    return std::nullopt;
  Address address{parsed->host_address(), parsed->has_port() ? std::string(parsed->port()) : "80", std::string(parsed->encoded_path())};
  while (address.path.ends_with('/')) address.path.pop_back();
  return address;
}

base::Error no_answer(const std::string& url, const std::string& why) {
  return base::unavailable("Flink does not answer at " + url + ": " + why);
}

std::string reason(const error_code& error) { return error == beast::error::timeout ? "no answer in time" : error.message(); }

base::Result<std::string> version_of(const std::string& url, const http::response<http::string_body>& response) {
  error_code malformed;
  const boost::json::value body = boost::json::parse(response.body(), malformed);
  const auto* const info = malformed ? nullptr : body.if_object();
  const auto* const version = info ? info->if_contains("version") : nullptr;
  if (response.result() != http::status::ok || !version || !version->is_string())
    return no_answer(url, "what answers there (status " + std::to_string(response.result_int()) + ") is no SQL Gateway");
  return std::string(version->get_string());
}

Awaitable<error_code> connect(beast::tcp_stream& stream, const Address& address) {
  error_code error;
  tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto found = co_await resolver.async_resolve(address.host, address.port, asio::redirect_error(asio::use_awaitable, error));
  if (!error) co_await stream.async_connect(found, asio::redirect_error(asio::use_awaitable, error));
  co_return error;
}

}  // namespace

std::string url_problem(const std::string& url) { return parse(url) ? "" : "expected http://host:port, got \"" + url + "\""; }

Awaitable<base::Result<std::string>> gateway_version(std::string url, base::Deadline deadline) {
  const std::optional<Address> address = parse(url);
  if (!address) co_return no_answer(url, "not an http:// address");
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_at(deadline);
  error_code error = co_await connect(stream, *address);
  if (error) co_return no_answer(url, reason(error));

  http::request<http::empty_body> request(http::verb::get, address->path + "/v1/info", 11);
  request.set(http::field::host, address->host + ":" + address->port);
  co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return no_answer(url, reason(error));

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(most_answer_bytes);
  co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return no_answer(url, reason(error));
  co_return version_of(url, parser.get());
}

}  // namespace analytics::flink
