#include "http/response.hpp"

#include "base/text.hpp"
#include "http/compression.hpp"

namespace http {

std::shared_ptr<const StaticBody> make_static_body(std::string bytes, bool compressible) {
  auto body = std::make_shared<StaticBody>();
  const auto first = base::fnv1a(bytes), second = base::fnv1a(bytes, first ^ bytes.size());
  static constexpr char digits[] = "0123456789abcdef";
  body->etag = '"';
  for (const auto part : {first, second})
    for (int shift = 60; shift >= 0; shift -= 4) body->etag += digits[(part >> shift) & 15];
  body->etag += '"';
  body->identity = std::move(bytes);
  if (compressible && body->identity.size() >= least_to_compress) {
    body->gzip = gzip(body->identity, 9);
    body->brotli = brotli(body->identity, 11);
    if (body->gzip.size() >= body->identity.size()) body->gzip.clear();
    if (body->brotli.size() >= body->identity.size()) body->brotli.clear();
  }
  return body;
}

Response& Response::header(std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char c : value)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) head += c;
  head += "\r\n";
  return *this;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 499:
      return "Client Closed Request";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

}  // namespace http
