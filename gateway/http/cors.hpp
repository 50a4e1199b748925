// Answers for pages of other origins. Called by the session for routes that are open to them. Immutable; thread-safe.
// Source: WHATWG Fetch 3.2 (the CORS protocol).
#pragma once

#include "http/response.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace http {

class Cors {
 public:
  /// "*" or a comma-separated list of origins; empty: off.
  explicit Cors(const std::string& allowed);

  bool on() const { return any_ || !origins_.empty(); }
  /// Lets the page at `origin` read `response`, if it may.
  void allow(std::string_view origin, Response& response) const;
  /// The further headers of a preflight's answer.
  void preflight(std::string_view allowed_methods, Response& response) const;

 private:
  bool any_ = false;
  std::vector<std::string> origins_;
};

}  // namespace http
