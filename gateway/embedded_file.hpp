// Files compiled into the program by embed.cmake: templates, words, assets, the OpenAPI document. Used by console/ and openapi/.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace embedded {

struct File {
  std::string_view name;  ///< such as "templates/list.html"
  std::string_view text;
};

/// The text of a file that must be there; a missing one is a fault of the program.
inline std::string_view find(std::span<const File> files, std::string_view name) {
  for (const File& file : files)
    if (file.name == name) return file.text;
  throw std::logic_error("no embedded file " + std::string(name));
}

}  // namespace embedded
