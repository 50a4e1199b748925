#include "analytics/flink/rest.hpp"

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

/// A page of results holds at most 5000 rows.
constexpr std::uint64_t most_answer_bytes = 16 * 1024 * 1024;
/// To connect; whoever is there does it at once.
constexpr auto connect_patience = std::chrono::seconds(2);

/// Marks that the connection ended before an answer: the server may have been going down.
constexpr const char* broken = "BROKEN";

std::string reason(const error_code& error) { return error == beast::error::timeout ? "no answer in time" : error.message(); }

}  // namespace

std::optional<Rest::Address> Rest::parse(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->scheme() != "http" || parsed->host().empty() || parsed->has_userinfo() || parsed->has_query() ||
      parsed->has_fragment())
    return std::nullopt;
  Address address{parsed->host_address(), parsed->has_port() ? std::string(parsed->port()) : "80", std::string(parsed->encoded_path())};
  while (address.path.ends_with('/')) address.path.pop_back();
  return address;
}

std::string url_problem(const std::string& url) { return Rest::parse(url) ? "" : "expected http://host:port, got \"" + url + "\""; }

Rest::Rest(std::string url) : url_(std::move(url)), address_(parse(url_).value_or(Address{})) {}

base::Error Rest::no_answer(const std::string& why) const { return base::unavailable("Flink does not answer at " + url_ + ": " + why); }

Awaitable<base::Result<Reply>> Rest::get(std::string path, base::Deadline deadline) const {
  base::Result<Reply> reply = co_await once("GET", path, {}, deadline);
  const bool again = reply.has_error() && reply.error().reason == broken && base::SteadyClock::now() < deadline;
  if (again) reply = co_await once("GET", path, {}, deadline);
  co_return reply;
}

Awaitable<base::Result<Reply>> Rest::send(std::string method, std::string path, std::string body, base::Deadline deadline) const {
  return once(std::move(method), std::move(path), std::move(body), deadline);
}

Awaitable<base::Result<Reply>> Rest::once(std::string method, std::string path, std::string body, base::Deadline deadline) const {
  error_code error;
  tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto found = co_await resolver.async_resolve(address_.host, address_.port, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return no_answer(reason(error));
  beast::tcp_stream stream(co_await asio::this_coro::executor);
  stream.expires_at(std::min(deadline, base::SteadyClock::now() + connect_patience));
  co_await stream.async_connect(found, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return no_answer(reason(error));

  stream.expires_at(deadline);
  http::request<http::string_body> request(http::string_to_verb(method), address_.path + path, 11, std::move(body));
  request.set(http::field::host, address_.host + ":" + address_.port);
  request.set(http::field::accept, "application/json");
  request.keep_alive(false);
  if (!request.body().empty()) request.set(http::field::content_type, "application/json");
  request.prepare_payload();
  co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return no_answer(reason(error));

  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(most_answer_bytes);
  co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    base::Error failed = no_answer(reason(error));
    if (error == http::error::end_of_stream || error == asio::error::connection_reset) failed.reason = broken;
    co_return failed;
  }
  Reply reply{parser.get().result_int(), {}};
  if (parser.get().body().empty()) co_return reply;
  boost::json::value value = boost::json::parse(parser.get().body(), error);
  if (!error && value.is_array()) value = boost::json::object{{array_member, std::move(value)}};
  if (error || !value.is_object()) {
    co_return no_answer("what answers there (status " + std::to_string(reply.status) + ") is no Flink");
  }
  reply.body = std::move(value.get_object());
  co_return reply;
}

std::string text_of(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (!value || !value->is_number()) return 0;
  return value->is_double() ? static_cast<std::int64_t>(value->get_double()) : value->to_number<std::int64_t>();
}

const boost::json::array* array_of(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value ? value->if_array() : nullptr;
}

const boost::json::object* object_of(const boost::json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

}  // namespace analytics::flink
