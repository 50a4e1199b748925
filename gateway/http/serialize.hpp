// A response's header as bytes. Called by the session.
#pragma once

#include "http/compression.hpp"
#include "http/response.hpp"

namespace http {

/// How the connection goes on, and how the body is framed.
struct Framing {
  bool keep = true;
  bool old_client = false;  ///< HTTP/1.0: keep-alive must be said
  bool chunked = false;
  bool has_length = true;
  std::size_t length = 0;
  Coding coding = Coding::identity;
  bool varies = false;  ///< by Accept-Encoding
};

/// Appends status line, header lines and the empty line.
void append_header(std::string& out, const Response& response, const Framing& framing, std::string_view date, std::string_view request_id);

}  // namespace http
