#include "base/text.hpp"

#include <array>
#include <cstdint>
#include <random>

namespace base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr auto reverse_alphabet = [] {
  std::array<signed char, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
  return table;
}();

}  // namespace

std::optional<std::size_t> utf8_length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t width = 1;
    unsigned least = 0;
    unsigned value = lead;
    if (lead >= 0x80) {
      if (lead >= 0xc2 && lead < 0xe0) width = 2, least = 0x80, value = lead & 0x1fu;
      else if (lead >= 0xe0 && lead < 0xf0) width = 3, least = 0x800, value = lead & 0x0fu;
      else if (lead >= 0xf0 && lead < 0xf5) width = 4, least = 0x10000, value = lead & 0x07u;
      else return std::nullopt;
    }
    if (text.size() - i < width) return std::nullopt;
    for (std::size_t k = 1; k < width; ++k) {
      const auto byte = static_cast<unsigned char>(text[i + k]);
      if ((byte & 0xc0u) != 0x80u) return std::nullopt;
      value = (value << 6) | (byte & 0x3fu);
    }
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return std::nullopt;
    i += width;
  }
  return count;
}

std::string base64url_encode(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) out += alphabet[(bits >> (held - 6)) & 63u];
  }
  if (held > 0) out += alphabet[(bits << (6 - held)) & 63u];
  return out;
}

std::optional<std::string> base64url_decode(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = reverse_alphabet[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    if ((held += 6) >= 8) {
      held -= 8;
      out += static_cast<char>((bits >> held) & 0xffu);
    }
  }
  if (held > 0 && (bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return out;
}

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t seed) {
  for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  return seed;
}

std::string random_name() {
  thread_local std::random_device device;
  std::string name;
  for (int part = 0; part < 4; ++part)
    for (unsigned bits = device(), i = 0; i < 8; ++i, bits >>= 4) name += "0123456789abcdef"[bits & 15u];
  return name;
}

}  // namespace base
