#include "http/compression.hpp"

#include "http/list.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <stdexcept>

namespace http {

Coding negotiate(std::string_view accept_encoding) {
  if (accept_encoding.empty()) return Coding::identity;
  int brotli_weight = -1, gzip_weight = -1, identity_weight = -1, rest = -1;
  for_each_element(accept_encoding, [&](std::string_view element) {
    const auto [coding, weight] = weighted(element);
    if (equal_ignoring_case(coding, "br")) brotli_weight = weight;
    else if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) gzip_weight = weight;
    else if (equal_ignoring_case(coding, "identity")) identity_weight = weight;
    else if (coding == "*") rest = weight;
  });
  if (brotli_weight < 0) brotli_weight = rest;
  if (gzip_weight < 0) gzip_weight = rest;
  // Without a weight of its own, identity is welcome but not preferred.
  if (brotli_weight > 0 && brotli_weight >= gzip_weight && brotli_weight >= identity_weight) return Coding::brotli;
  if (gzip_weight > 0 && gzip_weight >= identity_weight) return Coding::gzip;
  return Coding::identity;
}

std::string gzip(std::string_view bytes, int level) {
  z_stream stream{};
  constexpr int gzip_window = 15 + 16;
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("zlib does not start");
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib failed");
  return out;
}

std::string brotli(std::string_view bytes, int quality) {
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size());
  std::string out(size, '\0');
  if (!BrotliEncoderCompress(quality, 20, BROTLI_MODE_TEXT, bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                             reinterpret_cast<std::uint8_t*>(out.data())))
    throw std::runtime_error("brotli failed");
  out.resize(size);
  return out;
}

}  // namespace http
