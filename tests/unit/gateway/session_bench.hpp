// A real HTTP server on a free loopback port, on a loop and thread of its own, with a small table of handlers. Used by the tests of the
// session.
#pragma once

#include "http/event_stream.hpp"
#include "http/server.hpp"
#include "json/text.hpp"
#include "loop/sleeper.hpp"

#include "session_client.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <stdexcept>
#include <thread>

/// Work that goes on until the test lets it end or it is cancelled. For one request at a time.
class Held final : public loop::Cancellable {
 public:
  explicit Held(loop::Loop& loop) : loop_(loop) {}

  /// On the loop. False: cancelled.
  boost::asio::awaitable<bool> work(loop::Cancellation& cancellation) {
    cancelled_ = false;
    cancellation.attach(this);
    begun_ = true;
    co_await sleeper_.sleep();
    cancellation.detach(this);
    was_cancelled_ = cancelled_;
    ended_ = true;
    co_return !cancelled_;
  }
  void cancel() override {
    cancelled_ = true;
    let_go();
  }

  // On the test's thread.
  void wait_begun() {
    wait_until([&] { return begun_.load(); });
  }
  void let_go() {
    boost::asio::post(loop_.context(), [this] { sleeper_.wake(); });
  }
  bool wait_cancelled() {
    wait_until([&] { return ended_.load(); });
    return was_cancelled_;
  }

 private:
  loop::Loop& loop_;
  loop::Sleeper sleeper_;
  bool cancelled_ = false;
  std::atomic<bool> begun_{false}, ended_{false}, was_cancelled_{false};
};

class Bench {
 public:
  explicit Bench(const http::Limits& limits = {}, const std::string& origins = "")
      : limits_(limits),
        cors_(origins),
        router_(table()),
        environment_{.loop = loop_, .counters = counters_, .router = router_, .limits = limits_, .admission = admission_, .cors = cors_} {
    counters_.routes.resize(router_.table().size() + 1);
    server_.start();
    thread_ = std::jthread([this] { loop_.run(); });
  }
  /// Ends every session before anything they use goes.
  ~Bench() {
    drain();
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (server_.open_connections() > 0 && std::chrono::steady_clock::now() < deadline) {
      boost::asio::post(loop_.context(), [this] { server_.abort(); });
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    loop_.stop();
  }

  Client connect() { return Client(port_); }
  int open_connections() const { return server_.open_connections(); }
  /// Returns when every session has been told.
  void drain() {
    on_loop([this] {
      if (!environment_.draining) server_.drain();
      return true;
    });
    wait_until([this] { return on_loop([this] { return environment_.draining; }); });
  }
  void abort() {
    boost::asio::post(loop_.context(), [this] { server_.abort(); });
  }
  const loop::Counters& counters() const { return counters_; }
  const loop::RouteCounters& counters(std::string_view pattern, http::Method method = http::Method::get) const {
    for (const http::Route& route : router_.table())
      if (route.pattern == pattern && route.method == method) return counters_.routes[route.index];
    return counters_.routes.back();
  }

  /// What `/big` answers: more than a socket takes at once.
  static const std::string& big() {
    static const std::string text = [] {
      std::string lines;
      while (lines.size() < 8 * 1024 * 1024) lines += "line " + std::to_string(lines.size()) + "\n";
      return lines;
    }();
    return text;
  }

  static http::Response plain(std::string body) {
    http::Response response;
    response.type = "text/plain";
    response.body = std::move(body);
    return response;
  }

 private:
  using Reply = boost::asio::awaitable<http::Response>;

  std::vector<http::Route> table() {
    using http::BodyUse;
    using http::BodyWriter;
    using http::Method;
    using http::Request;
    const http::Handler count = [](Request& request) -> Reply { co_return co_await count_body(request); };
    const http::Handler hold = [this](Request& request) -> Reply {
      http::Response response = plain("held");
      if (!co_await held.work(request.cancellation)) response.status = 499;
      co_return response;
    };
    const auto respond = [](auto fill) -> http::Handler { return [fill](Request& request) -> Reply { co_return fill(request); }; };
    return {
        {Method::get, "/hello", respond([](Request&) { return plain("hello"); })},
        {Method::delete_, "/hello", respond([](Request&) { return http::Response{.status = 204}; })},
        {Method::get, "/own", respond([](Request&) { return plain("own"); }), BodyUse::ignored, false},
        {Method::get, "/tagged", respond([](Request&) { return http::Response{.status = 304, .etag = "\"1\""}; })},
        {Method::get, "/things/{id}",
         respond([](Request& request) { return plain(std::string(request.parameters[0]) + "?" + std::string(request.raw_query)); })},
        {Method::post, "/echo", respond([](Request& request) { return plain(std::string(request.body)); }), BodyUse::whole},
        {Method::post, "/ignore", respond([](Request&) { return plain("ignored"); })},
        {Method::post, "/count", count, BodyUse::streamed},
        {Method::post, "/unread", respond([](Request&) { return plain("unread"); }), BodyUse::streamed},
        {Method::get, "/throws", respond([](Request&) -> http::Response { throw std::runtime_error("secret"); })},
        {Method::get, "/big", respond([](Request&) { return plain(big()); })},
        {Method::get, "/packed", respond([](Request&) {
           http::Response response = plain(std::string(5000, 'x'));
           response.compress = true;
           response.etag = "\"7\"";
           return response;
         })},
        {Method::get, "/fixed", respond([body = http::make_static_body(std::string(5000, 'x'))](Request&) {
           return http::Response{.type = "text/plain", .etag = body->etag, .fixed = body};
         })},
        {Method::get, "/close", respond([](Request&) {
           http::Response response = plain("bye");
           response.close = true;
           return response;
         })},
        {Method::get, "/stream", respond([](Request&) {
           return streamed([](BodyWriter& out) -> boost::asio::awaitable<bool> {
             for (const char* part : {"one ", "", "two ", "three"})
               if (!co_await out.write(part)) co_return false;
             co_return true;
           });
         })},
        {Method::get, "/broken", respond([](Request&) {
           return streamed([](BodyWriter& out) -> boost::asio::awaitable<bool> {
             co_await out.write("half");
             co_return false;
           });
         })},
        {Method::get, "/events", respond([this](Request& request) {
           return http::event_stream([this, &request](BodyWriter& out) -> boost::asio::awaitable<bool> {
             if (!co_await out.write(http::event("hello", "1"))) co_return false;
             co_await held.work(request.cancellation);
             co_return out.ending();
           });
         })},
        {Method::get, "/hold", hold},
        {Method::post, "/hold", hold, BodyUse::whole},
    };
  }

  bool on_loop(std::function<bool()> work) {
    std::promise<bool> result;
    boost::asio::post(loop_.context(), [&] { result.set_value(work()); });
    return result.get_future().get();
  }

  static http::Response streamed(http::StreamBody stream) {
    http::Response response;
    response.type = "text/plain";
    response.stream = std::move(stream);
    return response;
  }

  /// How many bytes came, or what was wrong with them.
  static Reply count_body(http::Request& request) {
    std::size_t total = 0;
    for (;;) {
      const auto piece = co_await request.source->read();
      if (piece.has_error()) co_return plain(std::string(base::name(piece.error().code)) + " " + piece.error().reason);
      if (piece->empty()) break;
      total += piece->size();
    }
    co_return plain(std::to_string(total));
  }

  const http::Limits limits_;
  const http::Cors cors_;
  loop::Loop loop_;
  loop::Counters counters_;
  http::Admission admission_{limits_.requests};

 public:
  Held held{loop_};

 private:
  const http::Router router_;
  http::Environment environment_;
  http::Server server_{{"127.0.0.1", 0}, {&environment_}, limits_};
  const int port_ = server_.port();
  std::jthread thread_;
};
