#include "console/assets.hpp"

#include "base/text.hpp"
#include "console/embedded.hpp"

#include <array>

namespace console {
namespace {

std::string hex(std::uint64_t value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(16, '0');
  for (auto place = out.rbegin(); place != out.rend(); ++place, value >>= 4) *place = digits[value & 15];
  return out;
}

Asset make(std::string_view path, std::string_view file, std::string_view content_type) {
  const std::string_view body = embedded_text(file);
  const std::string fingerprint = hex(base::fnv1a(body));
  return {path, content_type, body, "\"" + fingerprint + "\"", std::string(path) + "?v=" + fingerprint};
}

}  // namespace

std::span<const Asset> assets() {
  static const std::array all{
      make("/console/assets/console.css", "assets/console.css", "text/css; charset=utf-8"),
      make("/console/assets/summary.js", "assets/summary.js", "text/javascript; charset=utf-8"),
      make("/console/assets/live.js", "assets/live.js", "text/javascript; charset=utf-8"),
  };
  return all;
}

const Asset* find_asset(std::string_view path) {
  for (const Asset& asset : assets()) {
    if (asset.path == path) return &asset;
  }
  return nullptr;
}

}  // namespace console
