// Export and import: the two calls of the records service that are streams of their own. Made by main.cpp, one a loop; called by
// routes/exchange and routes/console on that loop only.
#pragma once

#include "backend/call.hpp"
#include "backend/position.hpp"
#include "loop/loop.hpp"

#include <functional>
#include <memory>

namespace grpc {
class Channel;
}
namespace records::v1 {
class ExportRequest;
class ExportResponse;
class ImportRequest;
class ImportResponse;
}  // namespace records::v1

namespace backend {

class ExchangeClient {
 public:
  ExchangeClient(loop::Loop& loop, Position& position, std::shared_ptr<grpc::Channel> channel, const ServiceWatch& service);
  ~ExchangeClient();

  /// Every record that matches.
  IncomingPtr<records::v1::ExportResponse> export_records(const records::v1::ExportRequest& request, const CallOptions& options);

  /// Fills the next message (it is empty); false: there is no more. An error gives the import up: nothing of an atomic one is kept.
  using Next = std::function<boost::asio::awaitable<base::Result<bool>>(records::v1::ImportRequest&)>;
  /// `next` is called no faster than the service takes messages. The time left until the deadline is how long a service that is away is
  /// waited for; once it has taken the first message, it bounds the rest.
  Reply<records::v1::ImportResponse> import_records(const CallOptions& options, Next next);

 private:
  struct Stub;
  loop::Loop& loop_;
  Position& position_;
  const ServiceWatch& service_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace backend
