// What a handler answers, and how it becomes bytes. Built by the routes, written by the session.
#pragma once

#include "http/request.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace http {

/// A body that is the same for everyone, with its compressed forms and strong tag made once. Immutable.
struct StaticBody {
  std::string identity;
  std::string gzip;    ///< empty where it would not be smaller
  std::string brotli;  ///< empty where it would not be smaller
  std::string etag;    ///< quoted
};

/// Makes the compressed forms at the best level and the tag from the bytes.
std::shared_ptr<const StaticBody> make_static_body(std::string bytes, bool compressible = true);

/// Where a streamed body goes.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// Returns when the client's socket has taken the bytes; false when it has gone or is too slow: stop.
  virtual boost::asio::awaitable<bool> write(std::string_view bytes) = 0;
  /// True once the server goes down or the client has left: an endless stream ends.
  virtual bool ending() const = 0;
};

/// Writes the whole body. False: it is not whole, and the connection must break so that the client notices.
using StreamBody = std::function<boost::asio::awaitable<bool>(BodyWriter&)>;

struct Response {
  unsigned status = 200;
  std::string_view type;  ///< Content-Type; must outlive the response (a literal)
  std::string etag;       ///< quoted; a coding's name is added to it when the body is compressed
  std::string head;       ///< further header lines, each ended by CRLF
  std::string body;
  std::shared_ptr<const StaticBody> fixed;  ///< instead of body
  StreamBody stream;                        ///< instead of body
  bool endless = false;                     ///< the stream is of events and ends when the server drains; kept alive while it is quiet
  bool compress = false;                    ///< body may be compressed for a client that asks
  bool close = false;                       ///< end the connection afterwards

  /// Appends a header line. Control characters in `value` are dropped, so that nothing can be smuggled in.
  Response& header(std::string_view name, std::string_view value);
};

/// The reason phrase of RFC 9110; empty for an unknown number.
std::string_view reason_phrase(unsigned status);

}  // namespace http
