// /records/ and /records/{id}: each handler parses, asks the records service, maps the error, answers. Called through the table in
// routes.cpp.
#pragma once

#include "backend/records_client.hpp"
#include "http/router.hpp"

#include <records/v1/records.pb.h>

#include <memory>
#include <string>

namespace http {
class Query;
}

namespace routes {

class Records {
 public:
  using Answer = boost::asio::awaitable<http::Response>;

  explicit Records(backend::RecordsClient& client) : client_(client) {}

  Answer list(http::Request& request);
  Answer create(http::Request& request);
  Answer get(http::Request& request);
  /// PUT: replaces all fields. PATCH: a JSON merge patch (RFC 7386).
  Answer replace(http::Request& request);
  Answer patch(http::Request& request);
  Answer remove(http::Request& request);

 private:
  using ReadBody = base::Result<void> (*)(std::string_view, records::v1::UpdateRequest&);
  /// `media_type`: what the body may be beside application/json.
  Answer update(http::Request& request, ReadBody read, std::string_view media_type);

  backend::RecordsClient& client_;
  /// What the latest list was answered with.
  struct {
    std::weak_ptr<const records::v1::Reply> reply;
    std::string body;
  } last_page_;
};

/// The parameters `status`, `owner` and `q`; bad ones are gathered in `query`.
records::v1::Filter read_filter(http::Query& query);
/// The parameter `sort`; `otherwise` where it is absent.
records::v1::Sort read_sort(http::Query& query, records::v1::Sort otherwise);

}  // namespace routes
