// Whether a posted form comes from our own page. Pure. Called by routes/console.cpp before anything is done.
// Source: OWASP Cross-Site Request Forgery Prevention, "Fetch Metadata", "Verifying Origin" and "Double-Submit Cookie".
#pragma once

#include <string>
#include <string_view>

namespace console {

struct PostOrigin {
  std::string_view sec_fetch_site;  ///< header; empty where absent
  std::string_view origin;          ///< header; empty where absent
  std::string_view host;            ///< header
  std::string_view cookie_token;    ///< of the cookie `console_csrf`
  std::string_view form_token;      ///< of the hidden field `csrf`
};

/// True when no header says "another site" and both tokens are the same, well-formed one.
bool post_allowed(const PostOrigin& post);

/// A fresh token: 256 random bits from the system, base64url.
std::string new_token();

/// Whether `text` has the form of new_token().
bool is_token(std::string_view text);

}  // namespace console
