// Content codings undone by their own libraries. Used by the tests of compression and of the session.
#pragma once

#include "support/catch.hpp"

#include <brotli/decode.h>
#include <zlib.h>

#include <string>

inline std::string from_gzip(std::string bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out;
  char part[4096];
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof part;
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(part, sizeof part - stream.avail_out);
  }
  const bool all_used = stream.avail_in == 0;
  inflateEnd(&stream);
  CHECK(result == Z_STREAM_END);
  CHECK(all_used);
  return out;
}

/// `size` is what the text has.
inline std::string from_brotli(const std::string& bytes, std::size_t size) {
  std::string out(size + 1, '\0');
  std::size_t length = out.size();
  CHECK(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &length,
                                reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(length);
  return out;
}
