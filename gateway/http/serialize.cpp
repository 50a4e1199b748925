#include "http/serialize.hpp"

#include "json/text.hpp"

namespace http {

void append_header(std::string& out, const Response& response, const Framing& framing, std::string_view date, std::string_view request_id) {
  out += "HTTP/1.1 ";
  json::append_number(out, response.status);
  out.append(" ").append(reason_phrase(response.status)).append("\r\nDate: ").append(date);
  if (!response.type.empty()) out.append("\r\nContent-Type: ").append(response.type);
  if (framing.chunked) {
    out += "\r\nTransfer-Encoding: chunked";
  } else if (framing.has_length) {
    out += "\r\nContent-Length: ";
    json::append_number(out, framing.length);
  }
  const std::string_view coding = framing.coding == Coding::gzip ? "gzip" : framing.coding == Coding::brotli ? "br" : "";
  if (!response.etag.empty()) {
    out.append("\r\nETag: ").append(response.etag);
    if (!coding.empty()) {
      out.pop_back();
      out.append("-").append(coding).append("\"");
    }
  }
  if (!coding.empty()) out.append("\r\nContent-Encoding: ").append(coding);
  if (framing.varies) out += "\r\nVary: Accept-Encoding";
  out.append("\r\nX-Request-Id: ").append(request_id);
  out += "\r\nX-Content-Type-Options: nosniff\r\n";
  if (!framing.keep) out += "Connection: close\r\n";
  else if (framing.old_client) out += "Connection: keep-alive\r\n";
  out.append(response.head).append("\r\n");
}

}  // namespace http
