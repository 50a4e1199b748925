#include "http/session.hpp"

#include "base/log.hpp"
#include "http/list.hpp"
#include "http/parser.hpp"
#include "http/problem.hpp"
#include "http/serialize.hpp"
#include "http/target.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <cstdio>

namespace http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t body_piece = 64 * 1024;
/// How long a stream of events may be silent.
constexpr auto heartbeat = std::chrono::seconds(15);

template <class Number>
std::string text(Number number) {
  return std::to_string(number);
}

constexpr int quick_gzip = 1;
constexpr int quick_brotli = 1;

/// Not logged: under a flood that would cost more than the answer.
Response too_much(Request& request, Admission::Answer why) {
  if (why == Admission::Answer::full) return problem(request, 503, "The gateway works on as many requests as it takes. Try again shortly.");
  return problem(request, 429, "You have as many requests under way as one client may. Wait for some of them.");
}

}  // namespace

Session::Session(Environment& environment, asio::ip::tcp::socket socket)
    : Connection(environment.loop, std::move(socket), environment.limits), environment_(environment), client_(client_key(peer())) {
  environment_.counters.connections.add(1);
}

Session::~Session() { environment_.counters.connections.add(-1); }

void Session::drain() {
  interrupt();
  if (endless_) cancel_work();
}

void Session::abort() {
  cancel_work();
  close();
}

asio::awaitable<void> Session::run() {
  const auto self = shared_from_this();
  try {
    while (co_await serve_one()) {
    }
  } catch (const std::exception& error) {
    base::log::error("a session broke", {{"detail", error.what()}});
  }
  close();
}

// One request, from its first byte to the last byte of the answer. False: the connection ends.
asio::awaitable<bool> Session::serve_one() {
  const Read read = co_await read_header();
  if (read == Read::closed) co_return false;
  Request request;
  const auto began = base::SteadyClock::now();
  request.deadline = began + limits().request_timeout;
  if (read == Read::timeout) co_return co_await refuse(request, 408, "The request's header took too long to arrive.");
  if (read == Read::too_large)
    co_return co_await refuse(request, 431, "The request's header is larger than " + text(limits().header_bytes) + " bytes.");
  if (read == Read::broken) co_return co_await refuse(request, 400, "This is not an HTTP/1.1 request.");

  Parser parser(request);
  if (!parser.parse_header(header())) co_return co_await refuse(request, 400, parser.header_fault());
  parser_ = &parser;
  body_taken_ = 0;
  continue_wanted_ = parser.expects_continue();

  if (limits().trust_forwarded_for) request.client = forwarded_client(request.headers.forwarded_for);
  if (request.client.empty()) request.client = client_;

  const auto target = split_target(request.target);
  std::string decoded;
  if (target) {
    request.path = target->path;
    request.raw_query = target->query;
    if (request.path.find('%') != std::string_view::npos) {
      auto path = percent_decode(request.path, false);
      if (path) request.path = decoded = std::move(*path);
      else request.path = {};
    }
  }

  const std::size_t unknown_route = environment_.router.table().size();
  std::size_t route_index = unknown_route;
  Response response;
  Admission::Place place;
  environment_.counters.in_flight.add(1);
  const Endpoint* endpoint = nullptr;
  if (!target || request.path.empty()) {
    response = problem(request, 400, "The request target is malformed.",
                       {{"path", "holds a broken percent escape, text that is not UTF-8, or NUL"}});
  } else if (request.path == "*") {
    if (request.method == Method::options) response.status = 204;
    else response = problem(request, 400, "Only OPTIONS may ask for *.", {{"path", "must begin with a slash"}});
  } else if (!(endpoint = environment_.router.find(request.path, request.parameters))) {
    response = problem(request, 404, "There is nothing at this path.");
  } else if (const Route* route = endpoint->by_method[static_cast<std::size_t>(request.method)]) {
    route_index = route->index;
    std::optional<Response> refused;
    if (route->body != BodyUse::ignored || !request.headers.expect.empty()) refused = co_await prepare(request, *route, parser);
    if (refused) response = std::move(*refused);
    else if ((place = admit(request, *route)).answer() == Admission::Answer::admitted) response = co_await work(request, *route);
    else response = too_much(request, place.answer());
  } else if (request.method == Method::options) {
    response.status = 204;
    response.header("Allow", endpoint->allow);
    if (endpoint->cross_origin && !request.headers.access_control_request_method.empty() && environment_.cors.on())
      environment_.cors.preflight(endpoint->allow, response);
  } else {
    response = problem(request, 405, "This path does not take the method; see Allow.");
    response.header("Allow", endpoint->allow);
  }
  if (!endpoint || endpoint->cross_origin) environment_.cors.allow(request.headers.origin, response);
  environment_.counters.in_flight.add(-1);

  // A body that nobody read: a short one is passed over, a long one is not worth reading.
  bool keep = parser.keep_alive() && !environment_.draining && !response.close && !peer_gone() && !timed_out();
  if (!parser.is_done() && keep && response.status < 400 && !response.stream && !continue_wanted_)
    keep = co_await read_body(parser, limits().body_bytes);
  keep = keep && parser.is_done() && (!response.stream || parser.version() == 11);
  if (response.endless) place.leave();
  const bool sent = response.status != 499 && co_await answer(request, response, keep, parser.version());
  end_work();
  place.leave();
  account(request, response, route_index, began);
  parser_ = nullptr;
  if (sent && !keep) co_await linger();
  if (sent && keep && !body_buffer_.empty()) put_back(body_buffer_);
  body_buffer_ = {};
  const bool goes_on = keep && sent && !environment_.draining;
  co_return goes_on;
}

asio::awaitable<bool> Session::refuse(Request& request, unsigned status, std::string_view detail) {
  Response response = problem(request, status, detail);
  const bool sent = co_await answer(request, response, false, 11);
  account(request, response, environment_.router.table().size(), base::SteadyClock::now());
  if (sent) co_await linger();
  co_return false;
}

// What stands before the handler: expectations and the body. An answer means: refused.
asio::awaitable<std::optional<Response>> Session::prepare(Request& request, const Route& route, Parser& parser) {
  if (parser.version() == 11 && !request.headers.expect.empty() && !parser.expects_continue())
    co_return problem(request, 417, "Only the expectation 100-continue is understood.");
  if (route.body == BodyUse::ignored) co_return std::nullopt;
  const std::uint64_t limit = route.body == BodyUse::whole ? limits().body_bytes : limits().streamed_body_bytes;
  if (parser.content_length().value_or(0) > limit) co_return problem(request, 413, "The body is larger than " + text(limit) + " bytes.");
  if (!request.headers.content_encoding.empty() && !equal_ignoring_case(request.headers.content_encoding, "identity"))
    co_return problem(request, 415, "Bodies with a content coding are not taken.", {{"Content-Encoding", "must be absent"}});
  if (route.body == BodyUse::streamed) {
    request.source = this;
    co_return std::nullopt;
  }
  if (!co_await read_body(parser, limit)) {
    if (timed_out()) co_return problem(request, 408, "The request's body took too long to arrive.");
    if (body_taken_ > limit) co_return problem(request, 413, "The body is larger than " + text(limit) + " bytes.");
    co_return problem(request, 400, "The request's body is cut short or its chunks are malformed.");
  }
  request.body = parser.body;
  co_return std::nullopt;
}

// One step: parses what has arrived, or waits for more. False: broken, too slow, or beyond the limit.
asio::awaitable<bool> Session::feed(Parser& parser, std::uint64_t limit, base::Deadline deadline) {
  const bool own = !body_buffer_.empty();
  const std::string_view have = own ? std::string_view(body_buffer_) : unread();
  if (!have.empty()) {
    bool well_formed = true;
    const std::size_t before = parser.body.size();
    const std::size_t used = parser.parse_body(have.data(), have.size(), well_formed);
    body_taken_ += parser.body.size() - before;
    if (own) body_buffer_.erase(0, used);
    else use(used);
    if (!well_formed || body_taken_ > limit) co_return false;
    if (used > 0) co_return true;
  }
  if (continue_wanted_) {
    continue_wanted_ = false;
    if (!co_await Connection::write("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  }
  if (!own) {
    body_buffer_ = unread();
    use(unread().size());
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - base::SteadyClock::now());
  const std::size_t before = body_buffer_.size();
  if (before > body_piece) co_return false;  // a chunk header without an end
  body_buffer_.resize(before + body_piece);
  const std::size_t count = co_await read_some(body_buffer_.data() + before, body_piece, left);
  body_buffer_.resize(before + count);
  co_return count > 0;
}

asio::awaitable<bool> Session::read_body(Parser& parser, std::uint64_t limit) {
  const auto deadline = base::SteadyClock::now() + limits().body_timeout;
  while (!parser.is_done())
    if (!co_await feed(parser, limit, deadline)) co_return false;
  co_return true;
}

asio::awaitable<base::Result<std::string_view>> Session::read() {
  parser_->body.clear();
  const auto deadline = base::SteadyClock::now() + limits().body_timeout;
  while (!parser_->is_done() && parser_->body.empty()) {
    if (co_await feed(*parser_, limits().streamed_body_bytes, deadline)) continue;
    if (timed_out()) co_return base::deadline_exceeded("The request's body took too long to arrive.");
    if (body_taken_ > limits().streamed_body_bytes)
      co_return base::Error{.code = base::Code::out_of_range,
                            .message = "The body is larger than " + std::to_string(limits().streamed_body_bytes) + " bytes."};
    if (peer_gone()) co_return base::cancelled();
    base::Error broken = base::invalid("body", "is cut short or its chunks are malformed");
    broken.reason = base::reason::malformed;
    co_return broken;
  }
  co_return std::string_view(parser_->body);
}

Admission::Place Session::admit(const Request& request, const Route& route) {
  if (!route.admission) return {};
  auto place = environment_.admission.enter(request.client, request.method);
  if (place.answer() == Admission::Answer::full) environment_.counters.refused_full.add();
  if (place.answer() == Admission::Answer::client_full) environment_.counters.refused_client.add();
  return place;
}

asio::awaitable<Response> Session::work(Request& request, const Route& route) {
  begin_work(request.cancellation);
  Response response;
  try {
    response = co_await route.handler(request);
  } catch (const std::exception& error) {
    const base::Error fault = base::internal(error.what());
    response = problem(request, fault);
  }
  co_return response;
}

asio::awaitable<bool> Session::answer(Request& request, Response& response, bool keep, int version) {
  Framing framing{.keep = keep, .old_client = version == 10};
  std::string_view body = response.body;
  std::string coded;
  if (response.fixed) {
    const StaticBody& fixed = *response.fixed;
    framing.varies = !fixed.gzip.empty() || !fixed.brotli.empty();
    framing.coding = framing.varies ? negotiate(request.headers.accept_encoding) : Coding::identity;
    if (framing.coding == Coding::brotli && fixed.brotli.empty()) framing.coding = Coding::gzip;
    if (framing.coding == Coding::gzip && fixed.gzip.empty()) framing.coding = Coding::identity;
    body = framing.coding == Coding::brotli ? fixed.brotli : framing.coding == Coding::gzip ? fixed.gzip : fixed.identity;
  } else if (response.compress && body.size() >= least_to_compress) {
    framing.varies = true;
    framing.coding = negotiate(request.headers.accept_encoding);
    if (framing.coding != Coding::identity)
      body = coded = framing.coding == Coding::gzip ? gzip(body, quick_gzip) : brotli(body, quick_brotli);
  }
  const bool without_body = response.status == 204 || response.status == 304;
  framing.has_length = !without_body && !response.stream;
  framing.length = body.size();
  framing.chunked = response.stream && version == 11;
  if (request.method == Method::head || without_body) body = {};
  std::string& out = environment_.out;
  out.clear();
  append_header(out, response, framing, environment_.loop.http_date(), request.id());
  if (response.stream && request.method != Method::head) {
    const std::string header = out;
    if (!co_await Connection::write(header)) co_return false;
    co_return co_await answer_stream(response, framing.chunked);
  }
  // Small bodies go with the header in one buffer, large ones from where they are.
  constexpr std::size_t small = 4096;
  if (body.size() <= small) {
    out.append(body);
    body = {};
  }
  const std::ptrdiff_t count = write_now(out, body);
  if (count < 0) co_return false;
  if (static_cast<std::size_t>(count) == out.size() + body.size()) co_return true;
  // The socket is full: what is left must outlive this turn of the loop, and `out` belongs to all sessions.
  const auto from_out = std::min(out.size(), static_cast<std::size_t>(count));
  const std::string rest = out.substr(from_out);
  co_return co_await Connection::write(rest, body.substr(static_cast<std::size_t>(count) - from_out));
}

asio::awaitable<bool> Session::answer_stream(Response& response, bool chunked) {
  chunked_ = chunked;
  endless_ = response.endless;
  last_event_ = base::SteadyClock::now();
  bool whole = false;
  try {
    if (endless_ && environment_.draining) cancel_work();
    whole = co_await response.stream(*this);
  } catch (const std::exception& error) {
    base::log::error("a stream broke", {{"detail", error.what()}});
  }
  endless_ = false;
  if (whole && chunked) whole = co_await Connection::write("0\r\n\r\n");
  co_return whole;
}

asio::awaitable<bool> Session::write(std::string_view bytes) {
  if (bytes.empty()) co_return true;
  last_event_ = base::SteadyClock::now();
  if (!chunked_) co_return co_await Connection::write(bytes);
  char size[24];
  const int length = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  const std::string_view head(size, static_cast<std::size_t>(length));
  if (!co_await Connection::write(head, bytes)) co_return false;
  co_return co_await Connection::write("\r\n");
}

// A comment line: proxies keep the connection, and a client that has vanished without a word is found out.
void Session::on_quiet(base::SteadyClock::time_point now) {
  if (!endless_ || now - last_event_ < heartbeat) return;
  last_event_ = now;
  constexpr std::string_view comment = ": alive\n\n", chunk = "9\r\n: alive\n\n\r\n";
  const std::string_view sign = chunked_ ? chunk : comment;
  if (write_now(sign, {}) != static_cast<std::ptrdiff_t>(sign.size())) abort();
}

bool Session::ending() const { return environment_.draining || peer_gone(); }

void Session::account(Request& request, const Response& response, std::size_t route, base::SteadyClock::time_point began) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(base::SteadyClock::now() - began).count();
  loop::RouteCounters& counters = environment_.counters.routes[route];
  counters.by_class[std::min<std::size_t>(response.status / 100, 5)].add();
  counters.duration.observe(took);
  if (environment_.access_log)
    base::log::info("request", {{"method", request.method_text},
                                {"path", request.path},
                                {"status", response.status},
                                {"us", took},
                                {"request_id", request.id()},
                                {"trace_id", request.trace_id()}});
}

}  // namespace http
