// /records/export and /records/import: whole collections, streamed both ways with bounded memory. Called through the table in routes.cpp;
// routes/console imports through it too.
#pragma once

#include "backend/exchange_client.hpp"
#include "http/router.hpp"
#include "rows/import_reader.hpp"

namespace routes {

class Exchange {
 public:
  using Answer = boost::asio::awaitable<http::Response>;

  explicit Exchange(backend::ExchangeClient& client) : client_(client) {}

  /// `format` csv or ndjson (or by Accept), `fields`, and the filter and sort of the list.
  Answer export_records(http::Request& request);
  /// A body of text/csv or application/x-ndjson; `mode` partial (good lines are kept) or atomic (all or nothing).
  Answer import_records(http::Request& request);

  /// Imports what `source` gives.
  static backend::Reply<records::v1::ImportResponse> import_from(backend::ExchangeClient& client, const backend::CallOptions& options,
                                                                 http::BodySource& source, rows::ImportReader reader);

 private:
  backend::ExchangeClient& client_;
};

}  // namespace routes
