// Files that are the same for everyone, from memory with tag and compressed forms: the single-page frontend under /app/, the OpenAPI
// document, its page. Made once by main.cpp for all loops; immutable.
#pragma once

#include "http/router.hpp"

#include <map>
#include <memory>
#include <string>

namespace routes {

class Assets {
 public:
  using Answer = boost::asio::awaitable<http::Response>;

  /// Reads every file under `frontend`. Throws base::ConfigError naming FRONTEND_DIR where it is not a folder with an index.html or is too
  /// large (16 MiB); an empty name: no frontend.
  explicit Assets(const std::string& frontend);

  /// /app/ and the files under it.
  Answer app(http::Request& request) const;
  /// /openapi.json, /docs and the files under it, /favicon.ico.
  Answer docs(http::Request& request) const;

 private:
  struct File {
    std::shared_ptr<const http::StaticBody> body;
    std::string_view type;
  };
  Answer serve(http::Request& request, const std::string& path, std::string_view policy) const;
  /// `type` empty: by the path's ending.
  void put(std::string path, std::string bytes, std::string_view type = {});

  std::map<std::string, File> files_;  ///< by path without a trailing slash
};

}  // namespace routes
