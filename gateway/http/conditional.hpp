// Conditional requests: the tags of If-Match and If-None-Match against a record's version. Called by routes/records and routes/assets.
// Pure. Source: RFC 9110 8.8.3 (ETag), 13.1.1 (If-Match: strong comparison), 13.1.2 (If-None-Match: weak comparison).
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// "\"7\""
std::string etag_of_version(std::int64_t version);

/// Whether an If-None-Match value holds this quoted tag, or is "*".
bool none_match_holds(std::string_view if_none_match, std::string_view etag);

/// The versions that an If-Match value lets through. Empty: any ("*" or no header). A tag that can be no version of ours, such as a weak
/// one, stands as 0, which no record has. A malformed value: INVALID_ARGUMENT naming If-Match.
base::Result<std::vector<std::int64_t>> expected_versions(std::string_view if_match);

}  // namespace http
