#include "http/cors.hpp"

#include "base/config.hpp"

#include <algorithm>

namespace http {

Cors::Cors(const std::string& allowed) {
  for (std::string& origin : base::split(allowed, ',')) {
    if (origin == "*") any_ = true;
    else if (!origin.empty()) origins_.push_back(std::move(origin));
  }
}

void Cors::allow(std::string_view origin, Response& response) const {
  if (!on()) return;
  // The answer differs by origin unless every origin is let in.
  if (!any_) response.header("Vary", "Origin");
  if (origin.empty()) return;
  if (!any_ && std::ranges::find(origins_, origin) == origins_.end()) return;
  response.header("Access-Control-Allow-Origin", any_ ? std::string_view("*") : origin);
  response.header("Access-Control-Expose-Headers",
                  "ETag, Location, Link, Retry-After, X-Request-Id, X-Consistency-Token, Idempotency-Replayed, Content-Disposition");
}

void Cors::preflight(std::string_view allowed_methods, Response& response) const {
  response.header("Access-Control-Allow-Methods", allowed_methods);
  response.header("Access-Control-Allow-Headers",
                  "Accept, Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, Prefer, Traceparent, "
                  "X-Consistency-Token, X-Request-Id");
  response.header("Access-Control-Max-Age", "600");
}

}  // namespace http
