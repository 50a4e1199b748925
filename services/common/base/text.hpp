// Text rules shared by every boundary: UTF-8, character counts, base64url; names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

/// Number of Unicode characters (code points) of well-formed UTF-8; nothing if malformed (overlong, surrogate, beyond U+10FFFF).
std::optional<std::size_t> utf8_length(std::string_view text);

/// RFC 4648 section 5, without padding.
std::string base64url_encode(std::string_view bytes);

/// Nothing where a character is outside the alphabet or the length is impossible.
std::optional<std::string> base64url_decode(std::string_view text);

/// FNV-1a, 64 bit: for fingerprints that need no secrecy, the same on every machine.
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ull);

/// 128 random bits as 32 hex digits: a name that nothing else bears.
std::string random_name();

}  // namespace base
