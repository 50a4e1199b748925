// Addresses of the console: percent-encoding, the list's query string, sort and paging links. Pure. Called by the renderers and by
// routes/console.cpp (for redirects).
#pragma once

#include "console/models.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace console {

/// Percent-encodes all but RFC 3986's unreserved characters.
std::string url_encode(std::string_view text);

/// "status=active&sort=-id…": only what differs from the defaults; empty for the plain list.
std::string query_string(const ListQuery& query);
/// "/" with the query string.
std::string list_link(const ListQuery& query);
/// The filter alone, for "/records/export?…".
std::string filter_string(const ListQuery& query);

/// The sort that a click on this column's header leads to: rising first, and back again.
std::string next_sort(std::string_view current, std::string_view column);
/// "ascending", "descending" or "none": the value of aria-sort.
std::string_view sort_state(std::string_view current, std::string_view column);

struct Paging {
  std::int64_t page = 1;   ///< this page's number, from 1
  std::int64_t pages = 1;  ///< how many there are, at least 1
  std::int64_t from = 0;   ///< position of the first row shown, from 1; 0 where there is none
  std::int64_t to = 0;
  std::string first, previous, next, last;  ///< links; empty where the step leads nowhere
};

/// Next goes on by the backend's page token, at a cost that does not grow with depth; the other steps count rows, so that they also
/// work from a bookmark.
Paging paging(const ListQuery& query, const Listing& listing);

/// A "back" parameter: the list's query string. Anything that could not stand there, or is too long, becomes empty.
std::string clean_back(std::string_view text);

/// Where a preference link may lead: a path of this site, never another host ("//x", "/\x") nor a control character. Else "/".
std::string clean_path(std::string_view text);

}  // namespace console
