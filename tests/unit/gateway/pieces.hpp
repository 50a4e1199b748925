// Bytes cut into pieces, as a socket gives them. Used by the tests of what reads bodies: no reader may notice where the cuts are.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace pieces {

/// 0: all in one piece.
inline constexpr std::array<std::size_t, 5> sizes{1, 2, 3, 7, 0};

/// Calls `use(piece)` for one after the other; each lies in memory of its own, which is gone afterwards.
template <class Use>
void each(std::string_view bytes, std::size_t size, Use use) {
  if (size == 0) size = bytes.size();
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, size));
    bytes.remove_prefix(piece.size());
    use(std::string_view(piece));
  }
}

}  // namespace pieces
