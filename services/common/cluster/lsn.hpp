// Log sequence numbers as text and number (https://www.postgresql.org/docs/15/datatype-pg-lsn.html). A consistency token is such a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cluster {

/// "16/B374D848"
std::string lsn_text(std::uint64_t lsn);

/// Nothing if it is not two hexadecimal numbers of up to eight digits with a '/' between.
std::optional<std::uint64_t> parse_lsn(std::string_view text);

}  // namespace cluster
