// What the console asks of the services: the process boundary as it needs it. Implemented over the gateway's clients in routes/console.cpp
// and by a fake in the unit tests.
#pragma once

#include "base/error.hpp"
#include "console/models.hpp"

#include <boost/asio/awaitable.hpp>

#include <analytics/v1/analytics.pb.h>
#include <cluster/v1/cluster.pb.h>
#include <records/v1/records.pb.h>

#include <string>
#include <string_view>

namespace routes {

template <class T>
using ConsoleReply = boost::asio::awaitable<base::Result<T>>;

class ConsoleBackend {
 public:
  virtual ~ConsoleBackend() = default;

  virtual ConsoleReply<records::v1::ListResponse> list(const records::v1::ListRequest& request) = 0;
  /// `strong`: as the primary has it now, whatever this gateway has seen so far.
  virtual ConsoleReply<records::v1::Record> get(std::int64_t id, bool strong) = 0;
  virtual ConsoleReply<records::v1::Record> create(const records::v1::CreateRequest& request) = 0;
  virtual ConsoleReply<records::v1::Record> update(const records::v1::UpdateRequest& request) = 0;
  virtual ConsoleReply<records::v1::DeleteResponse> remove(const records::v1::DeleteRequest& request) = 0;

  /// CSV or NDJSON text as POST /records/import takes it.
  virtual ConsoleReply<records::v1::ImportResponse> import(std::string text, std::string_view format, bool atomic) = 0;

  /// Counts by SQL at once, and how Flink is: cheap enough for every page.
  virtual ConsoleReply<console::Statistics> figures() = 0;
  /// A whole summary by the engine asked for: "auto", "flink" or "sql". May take long.
  virtual ConsoleReply<console::Statistics> summarize(std::string_view engine) = 0;
  /// The newest summaries of the past.
  virtual ConsoleReply<analytics::v1::ListRunsResponse> runs() = 0;
  virtual ConsoleReply<cluster::v1::GetTopologyResponse> topology() = 0;
};

}  // namespace routes
