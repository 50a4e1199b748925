#include "console/templates.hpp"

#include "console/assets.hpp"
#include "console/embedded.hpp"
#include "console/links.hpp"
#include "console/words.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <tuple>

namespace console {
namespace {

namespace mustache = kainjow::mustache;

std::string escape(const std::string& text) { return mustache::html_escape(text); }

/// Without indentation and blank lines, which only cost bytes and time. Text areas hold one tag and no line of their own.
std::string trimmed(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) continue;
    out += line.substr(first);
    out += '\n';
  }
  return out;
}

/// Replaces includes and words; `page` is what `{{>page}}` stands for in the layout.
std::string expand(std::string_view text, std::string_view page, Locale locale) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = std::min(text.find("{{", at), text.size());
    out += text.substr(at, open - at);
    if (open == text.size()) break;
    const std::size_t close = text.find("}}", open);
    if (close == std::string_view::npos) throw std::logic_error("unclosed tag in a template of " + std::string(page));
    const std::string_view tag = text.substr(open + 2, close - open - 2);
    if (tag.starts_with('{') || tag.starts_with('&')) throw std::logic_error("unescaped tag in a template of " + std::string(page));
    if (tag.starts_with('>')) {
      const std::string_view name = tag.substr(1) == "page" ? page : tag.substr(1);
      out += expand(embedded_text("templates/" + std::string(name) + ".html"), page, locale);
    } else if (tag.starts_with("t.")) {
      const auto found = words(locale).find(tag.substr(2));
      if (found == words(locale).end()) throw std::logic_error("no words for " + std::string(tag));
      out += escape(found->second);
    } else {
      out += text.substr(open, close + 2 - open);
    }
    at = close + 2;
  }
  return out;
}

std::string part_source(std::string_view name, Locale locale) {
  return trimmed(expand(embedded_text("templates/" + std::string(name) + ".html"), name, locale));
}

/// Parsed once. Rendering a parsed template without partials and lambdas changes nothing in it, so threads may share it.
mustache::mustache& parsed(std::string_view name, Locale locale, bool in_layout) {
  static std::mutex mutex;
  static std::map<std::tuple<std::string, Locale, bool>, std::unique_ptr<mustache::mustache>> all;
  const std::lock_guard lock(mutex);
  auto& slot = all[{std::string(name), locale, in_layout}];
  if (!slot) {
    auto made = std::make_unique<mustache::mustache>(in_layout ? template_source(name, locale) : part_source(name, locale));
    if (!made->is_valid()) throw std::logic_error("template " + std::string(name) + ": " + made->error_message());
    slot = std::move(made);
  }
  return *slot;
}

std::string rendered(mustache::mustache& page, const Data& data) {
  std::string out;
  out.reserve(32 * 1024);
  page.render(data, [&out](const std::string& text) { out += text; });
  return out;
}

std::string preference(const char* name, const char* value, const Frame& frame) {
  return std::string("/console/preferences?") + name + "=" + value + "&back=" + url_encode(frame.here);
}

void add_layout(Data& data, const Frame& frame) {
  const bool zh = frame.locale == Locale::zh;
  data.set("lang", zh ? "zh-CN" : "en");
  data.set("other_lang", zh ? "en" : "zh-CN");
  data.set("lang_link", preference("lang", zh ? "en" : "zh", frame));
  Data themes{Data::type::list};
  static constexpr std::pair<Theme, const char*> names[]{{Theme::system, "system"}, {Theme::light, "light"}, {Theme::dark, "dark"}};
  for (const auto& [theme, name] : names) {
    Data item;
    item.set("theme_link", preference("theme", name, frame));
    item.set("theme_name", say(frame.locale, std::string("theme.") + name));
    item.set("theme_current", flag(theme == frame.theme));
    item.set("theme_icon", name);
    if (theme == frame.theme) data.set("theme", name);
    themes << item;
  }
  data.set("themes", themes);
  data.set("csrf", frame.csrf);
  data.set("css_url", find_asset("/console/assets/console.css")->url);
  data.set("js_url", find_asset("/console/assets/live.js")->url);
  data.set("has_flash", flag(frame.flash.has_value()));
  if (frame.flash) {
    data.set("flash",
             say(frame.locale, frame.flash->key, {{"a", std::to_string(frame.flash->first)}, {"b", std::to_string(frame.flash->second)}}));
  }
}

}  // namespace

std::string template_source(std::string_view name, Locale locale) {
  return trimmed(expand(embedded_text("templates/layout.html"), name, locale));
}

std::string render_template(std::string_view name, const Frame& frame, Data& data) {
  add_layout(data, frame);
  return rendered(parsed(name, frame.locale, true), data);
}

std::string render_part(std::string_view name, Locale locale, const Data& data) { return rendered(parsed(name, locale, false), data); }

}  // namespace console
