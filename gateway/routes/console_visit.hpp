// One request as the console sees it, and its answer, without the HTTP library: cookies, language, theme, flash message, token, headers.
// Pure but for the random tokens. Called by routes/console.cpp.
#pragma once

#include "base/error.hpp"
#include "console/models.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace routes {

/// What the console reads of a request.
struct Visit {
  std::string method = "GET";
  std::string target;  ///< path and query as sent
  std::string cookies;
  std::string accept_language;
  std::string host;
  std::string origin;
  std::string sec_fetch_site;
  std::string content_type;
  std::string if_none_match;
  std::string body;

  std::string_view path() const;
  std::string_view query() const;
  console::Locale locale() const;
};

struct Answer {
  unsigned status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Why a page came out as it did: the numbers of the HTTP contract.
unsigned http_status(const base::Error& error);
console::Failure failure(const base::Error& error);

/// The frame of the page that answers a GET. A visitor without a token gets one by cookie; a flash message is taken out of its cookie.
console::Frame page_frame(const Visit& visit, Answer& answer);
/// The frame of a page that answers a POST: `here` is the GET page that the language and theme links lead to.
console::Frame form_frame(const Visit& visit, Answer& answer, std::string here);

/// Whether the form comes from our own page. See console/guard.hpp.
bool allowed(const Visit& visit, std::string_view form_token);

Answer& html(Answer& answer, unsigned status, std::string page);
/// 303 to a path of ours, with a message for the next page.
Answer redirect(std::string location, std::optional<console::Flash> flash = std::nullopt);
/// A page that says why there is no other.
Answer message(const Visit& visit, unsigned status, std::string detail = {});

/// Language or theme chosen by a link: remembered for a year, and back to where the link stood.
Answer remember(const Visit& visit);

}  // namespace routes
