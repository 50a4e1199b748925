// Content codings: which one a client wants, and making it. Called by the session for answers and by make_static_body. Thread-safe.
// Source: RFC 9110 12.5.3 (Accept-Encoding), RFC 1952 (gzip), RFC 7932 (brotli).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace http {

/// Smaller bodies go as they are: the saving is less than the work.
inline constexpr std::size_t least_to_compress = 1024;

enum class Coding { identity, gzip, brotli };

/// The coding with the highest weight; brotli before gzip before identity where weights are equal. Never refuses: where nothing fits,
/// identity.
Coding negotiate(std::string_view accept_encoding);

/// `level` 1 (quick) to 9 (small).
std::string gzip(std::string_view bytes, int level);

/// `quality` 0 (quick) to 11 (small).
std::string brotli(std::string_view bytes, int quality);

}  // namespace http
