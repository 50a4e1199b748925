// JSON over HTTP/1.1, as the SQL Gateway and the JobManager speak it: one connection a call, a deadline for all of it. Used by SqlGateway
// and JobManager; the configuration checks addresses with it.
#pragma once

#include "analytics/counts_source.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>

namespace analytics::flink {

/// What is wrong with the text as an http:// address; empty: nothing.
std::string url_problem(const std::string& url);

/// An answer that is an array stands in `Reply::body` as this member.
inline constexpr std::string_view array_member = "items";

/// An answer: its status and its body, which is a JSON object (an empty one where there was no body).
struct Reply {
  unsigned status = 0;
  boost::json::object body;
};

/// One server. Calls may overlap. Not thread-safe: one event loop.
class Rest {
 public:
  /// `url` as url_problem accepts it.
  explicit Rest(std::string url);

  /// GET; sent again once where the connection broke. UNAVAILABLE with one line that names the address and the reason: refused, no answer
  /// in time, not JSON. Whatever the status is, it is an answer.
  Awaitable<base::Result<Reply>> get(std::string path, base::Deadline deadline) const;
  /// The same for a method that changes something: sent once. An empty `body` is no body.
  Awaitable<base::Result<Reply>> send(std::string method, std::string path, std::string body, base::Deadline deadline) const;

  const std::string& url() const { return url_; }
  /// The error that `get` makes, for callers that find another reason why this server is none of theirs.
  base::Error no_answer(const std::string& why) const;

 private:
  struct Address {
    std::string host;
    std::string port;
    std::string path;  ///< without a trailing slash
  };
  static std::optional<Address> parse(const std::string& url);
  friend std::string url_problem(const std::string& url);

  Awaitable<base::Result<Reply>> once(std::string method, std::string path, std::string body, base::Deadline deadline) const;

  std::string url_;
  Address address_;
};

/// The member `name` of `object` as text, number or nothing; a member of another kind counts as absent.
std::string text_of(const boost::json::object& object, std::string_view name);
std::int64_t number_of(const boost::json::object& object, std::string_view name);
const boost::json::array* array_of(const boost::json::object& object, std::string_view name);
const boost::json::object* object_of(const boost::json::object& object, std::string_view name);

}  // namespace analytics::flink
