// Style sheet and script of the console, from memory. Called by routes/console.cpp (to serve them) and by the layout (to link them).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace console {

struct Asset {
  std::string_view path;  ///< "/console/assets/console.css"
  std::string_view content_type;
  std::string_view body;
  std::string etag;  ///< quoted, strong
  std::string url;   ///< the path with a fingerprint, so that it may be cached for ever
};

std::span<const Asset> assets();

/// nullptr where there is none at this path.
const Asset* find_asset(std::string_view path);

}  // namespace console
