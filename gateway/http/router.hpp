// From method and path to a handler. The table itself is in routes/routes.cpp; the session asks. Immutable once filled.
#pragma once

#include "http/response.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace http {

/// What a route does with a request's body: passes over it, wants it whole and bounded, or reads it in pieces while it works.
enum class BodyUse { ignored, whole, streamed };

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

struct Route {
  Method method;
  std::string_view pattern;  ///< "/records/{id}": a {placeholder} is one segment that is not empty. A trailing slash makes no difference
  Handler handler;
  BodyUse body = BodyUse::ignored;
  bool cross_origin = true;  ///< other origins may read the answer (CORS)
  bool admission = true;     ///< asks services, so it may be refused when there is too much to do
  std::size_t index = 0;     ///< place in the table, for counters; set by the router
};

/// All methods of one path.
struct Endpoint {
  std::string_view pattern;
  std::array<const Route*, method_count> by_method{};
  std::string allow;  ///< the value of an Allow header
  bool cross_origin = true;
};

class Router {
 public:
  explicit Router(std::vector<Route> table);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Nothing for an unknown path. Fills `parameters` with views into `path`.
  const Endpoint* find(std::string_view path, std::array<std::string_view, 3>& parameters) const;

  const std::vector<Route>& table() const { return table_; }

 private:
  struct Pattern {
    std::vector<std::string_view> segments;
    Endpoint* endpoint;
  };

  std::vector<Route> table_;
  std::deque<Endpoint> endpoints_;
  std::unordered_map<std::string_view, Endpoint*> fixed_;
  std::vector<Pattern> patterns_;
};

}  // namespace http
