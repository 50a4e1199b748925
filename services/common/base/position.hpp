// How far a database's log has got, and the consistency token, which is that as text. Made by writes, carried by clients and gateways,
// asked for by reads (cluster/routing). Of the log of PostgreSQL: https://www.postgresql.org/docs/15/datatype-pg-lsn.html.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// Log sequence numbers of different timelines cannot be compared: behind a failover the same numbers stand for other writes, and a standby
/// that has not followed yet may have got further on the old timeline.
struct Position {
  std::uint64_t lsn = 0;      ///< bytes of log from its beginning
  std::int32_t timeline = 0;  ///< a node of an earlier one does not have it; 0: not known

  /// False: nothing in particular.
  explicit operator bool() const { return lsn != 0; }
  friend bool operator==(const Position&, const Position&) = default;
};

/// Who has got there has both.
inline Position later(const Position& a, const Position& b) { return {std::max(a.lsn, b.lsn), std::max(a.timeline, b.timeline)}; }

/// "16/B374D848"
std::string lsn_text(std::uint64_t lsn);

/// "16/B374D848@3"; without "@3" where the timeline is not known.
std::string token_text(const Position& position);

/// Nothing for any other text.
std::optional<Position> parse_token(std::string_view token);

}  // namespace base
