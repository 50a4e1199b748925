#include "console/links.hpp"

#include <algorithm>

namespace console {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

bool visible_ascii(char c) { return c > ' ' && c < '\x7f'; }

void add(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (!out.empty()) out += '&';
  out += name;
  out += '=';
  out += url_encode(value);
}

ListQuery at(ListQuery query, std::int64_t skip) {
  query.skip = skip;
  query.page_token.clear();
  return query;
}

}  // namespace

std::string url_encode(std::string_view text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

std::string filter_string(const ListQuery& query) {
  std::string out;
  add(out, "q", query.q);
  add(out, "owner", query.owner);
  add(out, "status", query.status);
  return out;
}

std::string query_string(const ListQuery& query) {
  std::string out = filter_string(query);
  if (query.sort != ListQuery{}.sort) add(out, "sort", query.sort);
  if (query.limit != ListQuery{}.limit) add(out, "limit", std::to_string(query.limit));
  if (query.skip > 0) add(out, "skip", std::to_string(query.skip));
  add(out, "page_token", query.page_token);
  return out;
}

std::string list_link(const ListQuery& query) {
  const std::string text = query_string(query);
  return text.empty() ? "/" : "/?" + text;
}

std::string next_sort(std::string_view current, std::string_view column) {
  return current == column ? "-" + std::string(column) : std::string(column);
}

std::string_view sort_state(std::string_view current, std::string_view column) {
  if (current == column) return "ascending";
  if (current.starts_with('-') && current.substr(1) == column) return "descending";
  return "none";
}

Paging paging(const ListQuery& query, const Listing& listing) {
  const std::int64_t limit = std::max(query.limit, 1);
  const auto shown = static_cast<std::int64_t>(listing.rows.size());
  Paging out;
  out.pages = std::max<std::int64_t>((listing.total + limit - 1) / limit, 1);
  out.page = query.skip / limit + 1;
  out.from = shown > 0 ? query.skip + 1 : 0;
  out.to = shown > 0 ? query.skip + shown : 0;
  if (query.skip > 0 || !query.page_token.empty()) {
    // From beyond the end, "previous" leads to the last page that has rows.
    const std::int64_t last = (out.pages - 1) * limit;
    out.first = list_link(at(query, 0));
    out.previous = list_link(at(query, std::clamp<std::int64_t>(query.skip - limit, 0, last)));
  }
  if (!listing.next_page_token.empty()) {
    ListQuery next = at(query, query.skip + limit);
    next.page_token = listing.next_page_token;
    out.next = list_link(next);
  }
  if (out.page < out.pages && !out.next.empty()) out.last = list_link(at(query, (out.pages - 1) * limit));
  return out;
}

std::string clean_back(std::string_view text) {
  if (text.size() > 4096 || !std::ranges::all_of(text, visible_ascii) || text.find('#') != std::string_view::npos) return {};
  return std::string(text);
}

std::string clean_path(std::string_view text) {
  const bool here = text.starts_with('/') && !text.starts_with("//") && text.find('\\') == std::string_view::npos;
  return here && text.size() <= 8192 && std::ranges::all_of(text, visible_ascii) ? std::string(text) : "/";
}

}  // namespace console
