// How far this gateway has seen the database move on: the highest consistency token of any answer, so that every client reads what any
// client of this gateway has written. The only place that looks into a token. One instance for all loops; thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace backend {

/// A token is a position in the database's log as PostgreSQL prints it ("16/B374D848"); nothing for any other text.
std::optional<std::uint64_t> parse_token(std::string_view token);
std::string token_text(std::uint64_t position);

class Position {
 public:
  /// A token that came from a service.
  void see(std::string_view token);
  /// The later of what this gateway has seen and `client` (0: no token).
  std::uint64_t latest(std::uint64_t client) const;

 private:
  std::atomic<std::uint64_t> highest_{0};
};

}  // namespace backend
