// The wire end of RecordsClient: one Execute stream. gRPC's threads call the On… functions; what they learn is posted to the loop, one post
// for each message. Included by records_client.cpp and stream.cpp only.
#pragma once

#include "backend/records_client.hpp"
#include "rpc/write_line.hpp"

#include <records/v1/records.grpc.pb.h>

#include <grpcpp/channel.h>

#include <future>
#include <vector>

namespace backend {

class RecordsClient::Stream final : public grpc::ClientBidiReactor<records::v1::ExecuteRequest, records::v1::ExecuteResponse> {
 public:
  static std::shared_ptr<Stream> open(RecordsClient& client);

  // Loop thread:

  /// The message to fill. Null while one is on its way (the client is told to flush when it has gone) and once the stream has ended.
  records::v1::ExecuteRequest* line();
  /// Sends what was filled.
  void send();
  /// Sends nothing more; the service ends the stream when it has answered everything.
  void retire();
  /// Ids of calls whose caller has gone, to go with the next message.
  std::vector<std::uint64_t> cancelled;
  const base::SteadyClock::time_point opened = base::SteadyClock::now();

  /// Cancels and waits until gRPC has let go. The loop no longer runs.
  void shut();

 private:
  explicit Stream(RecordsClient& client);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void read_next();
  void release();

  RecordsClient& client_;
  boost::asio::io_context& context_;
  std::unique_ptr<records::v1::RecordsService::Stub> stub_;
  grpc::ClientContext call_;
  records::v1::ExecuteRequest outgoing_;
  std::shared_ptr<records::v1::ExecuteResponse> incoming_;
  rpc::WriteLine writing_;
  bool held_ = true;              ///< writes may still be started; loop thread
  bool retired_ = false;          ///< loop thread
  std::shared_ptr<Stream> self_;  ///< until OnDone
  std::promise<void> done_;
};

}  // namespace backend
