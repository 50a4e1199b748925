// Language and theme of a visitor, from cookies and Accept-Language; and the flash message's way through a cookie. Pure. Called by
// routes/console.cpp.
#pragma once

#include "console/models.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace console {

/// The value of a cookie in a Cookie header; nothing where it is absent.
std::optional<std::string_view> cookie(std::string_view header, std::string_view name);

/// "en" or "zh".
std::optional<Locale> parse_locale(std::string_view text);
/// "system", "light" or "dark".
std::optional<Theme> parse_theme(std::string_view text);

/// The cookie's choice, else the best of Accept-Language (RFC 9110, 12.5.4; zh-* and en-*), else English.
Locale choose_locale(std::string_view cookie_value, std::string_view accept_language);

/// "flash.created:15:0": what stands in the cookie.
std::string flash_text(const Flash& flash);
/// Nothing for a text that flash_text has not made or whose words do not exist: a forged cookie shows nothing.
std::optional<Flash> parse_flash(std::string_view text);

}  // namespace console
