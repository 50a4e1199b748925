#include "http/router.hpp"

namespace http {
namespace {

std::string_view without_trailing_slash(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_placeholder(std::string_view segment) { return segment.starts_with('{'); }

bool matches(const std::vector<std::string_view>& segments, std::string_view path, std::array<std::string_view, 3>& parameters) {
  std::size_t found = 0;
  for (const std::string_view segment : segments) {
    if (path.empty()) return false;
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto part = path.substr(0, end);
    path.remove_prefix(end);
    if (!is_placeholder(segment)) {
      if (part != segment) return false;
    } else if (part.empty()) {
      return false;
    } else {
      parameters[found++] = part;
    }
  }
  return path.empty();
}

}  // namespace

Router::Router(std::vector<Route> table) : table_(std::move(table)) {
  for (std::size_t i = 0; i < table_.size(); ++i) {
    Route& route = table_[i];
    route.index = i;
    const auto pattern = without_trailing_slash(route.pattern);
    Endpoint* endpoint = nullptr;
    for (Endpoint& known : endpoints_)
      if (known.pattern == pattern) endpoint = &known;
    if (!endpoint) {
      endpoint = &endpoints_.emplace_back(Endpoint{pattern});
      if (pattern.find('{') == std::string_view::npos) fixed_.emplace(pattern, endpoint);
      else patterns_.push_back({split(pattern), endpoint});
    }
    endpoint->cross_origin = route.cross_origin;
    endpoint->by_method[static_cast<std::size_t>(route.method)] = &route;
    if (route.method == Method::get) endpoint->by_method[static_cast<std::size_t>(Method::head)] = &route;
  }
  for (Endpoint& endpoint : endpoints_) {
    for (std::size_t m = 0; m < method_count; ++m)
      if (endpoint.by_method[m]) endpoint.allow.append(name(static_cast<Method>(m))).append(", ");
    endpoint.allow += "OPTIONS";
  }
}

const Endpoint* Router::find(std::string_view path, std::array<std::string_view, 3>& parameters) const {
  path = without_trailing_slash(path);
  if (const auto found = fixed_.find(path); found != fixed_.end()) return found->second;
  for (const Pattern& pattern : patterns_)
    if (matches(pattern.segments, path, parameters)) return pattern.endpoint;
  return nullptr;
}

}  // namespace http
