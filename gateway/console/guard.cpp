#include "console/guard.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace console {
namespace {

constexpr std::size_t token_length = 43;  // 32 bytes in base64url

/// Takes as long for a wrong text as for the right one.
bool same(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < left.size(); ++i) difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
  return difference == 0;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

/// "https://a.example:8000" names the host "a.example:8000". The scheme is not compared: TLS may end before us.
bool names_host(std::string_view origin, std::string_view host) {
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos && std::ranges::equal(origin.substr(scheme + 3), host, {}, lower, lower);
}

}  // namespace

bool post_allowed(const PostOrigin& post) {
  if (!post.sec_fetch_site.empty() && post.sec_fetch_site != "same-origin" && post.sec_fetch_site != "none") return false;
  if (!post.origin.empty() && !names_host(post.origin, post.host)) return false;
  return is_token(post.cookie_token) && same(post.cookie_token, post.form_token);
}

std::string new_token() {
  std::random_device system;  // the kernel's generator in libstdc++
  std::array<char, 32> raw;
  std::ranges::generate(raw, [&system] { return static_cast<char>(system()); });
  return base::base64url_encode({raw.data(), raw.size()});
}

bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return text.size() == token_length && std::ranges::all_of(text, allowed);
}

}  // namespace console
