// The console's addresses: which page answers which method and path, and the assets. Called by routes/console.cpp through
// ConsoleSite::serve.
#include "console/assets.hpp"
#include "routes/console_site.hpp"

#include <array>
#include <optional>

namespace routes {
namespace {

/// A page of one address; `id` is empty where the address has none.
using Handler = ConsoleSite::Page (*)(ConsoleSite&, Visit, std::string id);

struct Row {
  std::string_view path;  ///< "*" stands for one segment
  Handler get;
  Handler post;  ///< nullptr: GET only
};

template <ConsoleSite::Page (ConsoleSite::*page)(Visit)>
ConsoleSite::Page plain(ConsoleSite& site, Visit visit, std::string) {
  return (site.*page)(std::move(visit));
}

template <ConsoleSite::Page (ConsoleSite::*page)(Visit, std::string)>
ConsoleSite::Page of_record(ConsoleSite& site, Visit visit, std::string id) {
  return (site.*page)(std::move(visit), std::move(id));
}

ConsoleSite::Page to_list(ConsoleSite&, Visit, std::string) { co_return redirect("/"); }
ConsoleSite::Page preferences(ConsoleSite&, Visit visit, std::string) { co_return remember(visit); }

using Site = ConsoleSite;
constexpr std::array<Row, 9> table{{
    {"/", plain<&Site::list>, nullptr},
    {"/console", to_list, nullptr},
    {"/console/preferences", preferences, nullptr},
    {"/console/cluster", plain<&Site::cluster>, nullptr},
    {"/console/summary", plain<&Site::summary>, nullptr},
    {"/console/import", plain<&Site::import_form>, plain<&Site::import>},
    {"/console/records/new", plain<&Site::new_form>, plain<&Site::create>},
    {"/console/records/*", of_record<&Site::edit_form>, of_record<&Site::update>},
    {"/console/records/*/delete", of_record<&Site::delete_question>, of_record<&Site::remove>},
}};

/// The segment that "*" stands for; empty for a path without one; nothing where the path is another.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == path ? std::optional<std::string>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, star), behind = pattern.substr(star + 1);
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
  const std::string_view segment = path.substr(before.size(), path.size() - before.size() - behind.size());
  return segment.find('/') == std::string_view::npos ? std::optional<std::string>(segment) : std::nullopt;
}

Answer asset_answer(const console::Asset& asset, const Visit& visit) {
  Answer answer;
  const bool versioned = !visit.query().empty();
  answer.headers = {{"ETag", asset.etag},
                    {"Cache-Control", versioned ? "public, max-age=31536000, immutable" : "public, no-cache"},
                    {"X-Content-Type-Options", "nosniff"}};
  if (visit.if_none_match.find(asset.etag) != std::string::npos || visit.if_none_match == "*") {
    answer.status = 304;
    return answer;
  }
  answer.headers.emplace_back("Content-Type", asset.content_type);
  answer.body = asset.body;
  return answer;
}

Answer not_allowed(const Visit& visit, const char* methods) {
  Answer answer = message(visit, 405);
  answer.headers.emplace_back("Allow", methods);
  return answer;
}

}  // namespace

ConsoleSite::Page ConsoleSite::serve(Visit visit) {
  std::string_view path = visit.path();
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const bool get = visit.method == "GET" || visit.method == "HEAD";
  if (const console::Asset* asset = console::find_asset(path)) {
    co_return get ? asset_answer(*asset, visit) : not_allowed(visit, "GET, HEAD");
  }
  for (const Row& row : table) {
    auto id = match(row.path, path);
    if (!id) continue;
    const Handler handler = get ? row.get : visit.method == "POST" ? row.post : nullptr;
    if (!handler) co_return not_allowed(visit, row.post ? "GET, HEAD, POST" : "GET, HEAD");
    auto page = handler(*this, std::move(visit), std::move(*id));
    co_return co_await std::move(page);
  }
  co_return message(visit, 404);
}

}  // namespace routes
