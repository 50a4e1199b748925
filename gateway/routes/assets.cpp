#include "routes/assets.hpp"

#include "base/config.hpp"
#include "http/conditional.hpp"
#include "http/problem.hpp"
#include "openapi/openapi.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace routes {

namespace files = std::filesystem;
using http::Request;
using http::Response;

namespace {

constexpr std::uintmax_t most_bytes = 16 * 1024 * 1024;

/// The frontend may be pointed at another gateway, so it may connect anywhere; everything else is its own.
constexpr std::string_view app_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' http: https:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";
constexpr std::string_view docs_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action "
    "'none'; "
    "frame-ancestors 'none'";

std::string_view type_of(const std::string& path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{{{".html", "text/html; charset=utf-8"},
                                                                                       {".js", "text/javascript; charset=utf-8"},
                                                                                       {".mjs", "text/javascript; charset=utf-8"},
                                                                                       {".css", "text/css; charset=utf-8"},
                                                                                       {".json", "application/json"},
                                                                                       {".svg", "image/svg+xml"},
                                                                                       {".png", "image/png"},
                                                                                       {".ico", "image/x-icon"},
                                                                                       {".woff2", "font/woff2"}}};
  for (const auto& [ending, type] : types)
    if (path.ends_with(ending)) return type;
  return "application/octet-stream";
}

bool is_text(std::string_view type) { return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml"); }

std::string read_file(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in && !in.eof()) throw base::ConfigError("FRONTEND_DIR: " + path.string() + " cannot be read");
  return bytes;
}

}  // namespace

Assets::Assets(const std::string& frontend) {
  for (const embedded::File& file : openapi::embedded_files()) {
    const std::string_view name = file.name.substr(file.name.rfind('/') + 1);
    if (name == "openapi.json") put("/openapi.json", std::string(file.text));
    else if (name == "docs.html") put("/docs", std::string(file.text), "text/html; charset=utf-8");
    else put("/docs/" + std::string(name), std::string(file.text));
  }
  if (frontend.empty()) return;
  std::error_code error;
  if (!files::is_regular_file(files::path(frontend) / "index.html", error))
    throw base::ConfigError("FRONTEND_DIR: " + frontend + " is not a folder with an index.html");
  std::uintmax_t total = 0;
  for (const auto& entry : files::recursive_directory_iterator(frontend)) {
    if (!entry.is_regular_file()) continue;
    total += entry.file_size();
    if (total > most_bytes)
      throw base::ConfigError("FRONTEND_DIR: " + frontend + " holds more than " + std::to_string(most_bytes) + " bytes");
    const std::string path = "/app/" + files::relative(entry.path(), frontend).generic_string();
    put(path == "/app/index.html" ? "/app" : path, read_file(entry.path()), type_of(path));
    // What browsers ask for beside pages that name no icon, such as the bare JSON of an answer.
    if (path == "/app/favicon.svg") put("/favicon.ico", read_file(entry.path()), type_of(path));
  }
}

void Assets::put(std::string path, std::string bytes, std::string_view type) {
  if (type.empty()) type = type_of(path);
  files_.emplace(std::move(path),
                 File{http::make_static_body(std::move(bytes), is_text(type) || type == "application/octet-stream"), type});
}

Assets::Answer Assets::serve(Request& request, const std::string& path, std::string_view policy) const {
  const auto found = files_.find(path);
  if (found == files_.end()) co_return http::problem(request, 404, "There is nothing at this path.");
  Response response;
  response.etag = found->second.body->etag;
  response.header("Cache-Control", "no-cache");
  if (http::none_match_holds(request.headers.if_none_match, response.etag)) {
    response.status = 304;
    co_return response;
  }
  response.type = found->second.type;
  response.fixed = found->second.body;
  if (response.type.starts_with("text/html")) {
    response.header("Content-Security-Policy", policy);
    response.header("Referrer-Policy", "same-origin");
  }
  co_return response;
}

Assets::Answer Assets::app(Request& request) const {
  // The page's links are relative: it must stand in its folder.
  if (request.path == "/app") {
    Response response;
    response.status = 308;
    response.header("Location", request.raw_query.empty() ? std::string("/app/") : "/app/?" + std::string(request.raw_query));
    co_return response;
  }
  std::string path(request.path == "/app/" || request.path == "/app/index.html" ? "/app" : request.path);
  co_return co_await serve(request, path, app_policy);
}

Assets::Answer Assets::docs(Request& request) const {
  std::string path(request.path);
  if (path.ends_with('/')) path.pop_back();
  co_return co_await serve(request, path, docs_policy);
}

}  // namespace routes
