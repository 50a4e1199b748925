#include "routes/console_visit.hpp"

#include "console/guard.hpp"
#include "console/links.hpp"
#include "console/pages.hpp"
#include "console/preferences.hpp"
#include "http/form.hpp"
#include "http/problem.hpp"

namespace routes {
namespace {

constexpr const char* language_cookie = "console_lang";
constexpr const char* theme_cookie = "console_theme";
constexpr const char* token_cookie = "console_csrf";
constexpr const char* flash_cookie = "console_flash";
constexpr int year = 365 * 24 * 3600;

constexpr const char* policy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'";

std::string_view read_cookie(const Visit& visit, const char* name) { return console::cookie(visit.cookies, name).value_or(""); }

void set_cookie(Answer& answer, const char* name, const std::string& value, int seconds, const char* same_site) {
  answer.headers.emplace_back(
      "Set-Cookie", std::string(name) + "=" + value + "; Path=/; Max-Age=" + std::to_string(seconds) + "; HttpOnly; SameSite=" + same_site);
}

}  // namespace

std::string_view Visit::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view Visit::query() const {
  const auto mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

console::Locale Visit::locale() const { return console::choose_locale(read_cookie(*this, language_cookie), accept_language); }

unsigned http_status(const base::Error& error) { return http::status_of(error, http::Place::body); }

console::Failure failure(const base::Error& error) { return {static_cast<int>(http_status(error)), error.message}; }

console::Frame page_frame(const Visit& visit, Answer& answer) {
  console::Frame frame = form_frame(visit, answer, console::clean_path(visit.target));
  if (const auto flash = read_cookie(visit, flash_cookie); !flash.empty()) {
    frame.flash = console::parse_flash(flash);
    set_cookie(answer, flash_cookie, "", 0, "Strict");
  }
  return frame;
}

console::Frame form_frame(const Visit& visit, Answer& answer, std::string here) {
  console::Frame frame;
  frame.locale = visit.locale();
  frame.theme = console::parse_theme(read_cookie(visit, theme_cookie)).value_or(console::Theme::system);
  frame.here = std::move(here);
  frame.csrf = read_cookie(visit, token_cookie);
  if (!console::is_token(frame.csrf)) {
    frame.csrf = console::new_token();
    set_cookie(answer, token_cookie, frame.csrf, year, "Strict");
  }
  return frame;
}

bool allowed(const Visit& visit, std::string_view form_token) {
  console::PostOrigin post;
  post.sec_fetch_site = visit.sec_fetch_site;
  post.origin = visit.origin;
  post.host = visit.host;
  post.cookie_token = read_cookie(visit, token_cookie);
  post.form_token = form_token;
  return console::post_allowed(post);
}

Answer& html(Answer& answer, unsigned status, std::string page) {
  answer.status = status;
  answer.body = std::move(page);
  answer.headers.emplace_back("Content-Type", "text/html; charset=utf-8");
  answer.headers.emplace_back("Content-Security-Policy", policy);
  answer.headers.emplace_back("Cache-Control", "private, no-cache");
  answer.headers.emplace_back("Referrer-Policy", "same-origin");
  answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
  answer.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  answer.headers.emplace_back("Vary", "Cookie, Accept-Language");
  if (status == 503 || status == 429) answer.headers.emplace_back("Retry-After", "2");
  return answer;
}

Answer redirect(std::string location, std::optional<console::Flash> flash) {
  Answer answer;
  answer.status = 303;
  answer.headers.emplace_back("Location", std::move(location));
  answer.headers.emplace_back("Cache-Control", "no-store");
  // The message is shown by the page that follows at once.
  if (flash) set_cookie(answer, flash_cookie, console::flash_text(*flash), 60, "Strict");
  return answer;
}

Answer message(const Visit& visit, unsigned status, std::string detail) {
  Answer answer;
  const console::Frame frame = form_frame(visit, answer, "/");
  return html(answer, status, console::render(frame, console::MessagePage{static_cast<int>(status), std::move(detail)}));
}

Answer remember(const Visit& visit) {
  const auto parameters = http::parse_urlencoded(visit.query());
  if (!parameters) return message(visit, 400, parameters.error().message);
  Answer answer = redirect(console::clean_path(parameters->get("back")));
  // Lax: the choice also holds for somebody who comes by a link from elsewhere.
  const auto language = parameters->get("lang"), theme = parameters->get("theme");
  if (console::parse_locale(language)) set_cookie(answer, language_cookie, std::string(language), year, "Lax");
  if (console::parse_theme(theme)) set_cookie(answer, theme_cookie, std::string(theme), year, "Lax");
  return answer;
}

}  // namespace routes
