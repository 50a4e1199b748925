// RecordsService as gRPC serves it: each handler reads the call's metadata, hands it to Calls and puts the position into the trailer.
#pragma once

#include "records/batch_stream.hpp"
#include "records/calls.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <records/v1/records.grpc.pb.h>

namespace records {

/// Import takes its messages as bytes: see rpc::StreamReader.
class Service final : public v1::RecordsService::WithRawCallbackMethod_Import<v1::RecordsService::CallbackService> {
 public:
  /// The store must outlive this. All work happens on `loop`.
  Service(boost::asio::any_io_executor loop, RecordStore& store) : loop_(std::move(loop)), store_(store), calls_(loop_, store) {}

  /// The batched streams end as soon as their calls have; their callers go elsewhere. On the loop, when the server begins to drain.
  void drain() { streams_.drain(); }

  grpc::ServerUnaryReactor* List(grpc::CallbackServerContext*, const v1::ListRequest*, v1::ListResponse*) override;
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext*, const v1::GetRequest*, v1::GetResponse*) override;
  grpc::ServerUnaryReactor* Create(grpc::CallbackServerContext*, const v1::CreateRequest*, v1::CreateResponse*) override;
  grpc::ServerUnaryReactor* Update(grpc::CallbackServerContext*, const v1::UpdateRequest*, v1::UpdateResponse*) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext*, const v1::DeleteRequest*, v1::DeleteResponse*) override;
  grpc::ServerUnaryReactor* BatchGet(grpc::CallbackServerContext*, const v1::BatchGetRequest*, v1::BatchGetResponse*) override;
  grpc::ServerUnaryReactor* BatchCreate(grpc::CallbackServerContext*, const v1::BatchCreateRequest*, v1::BatchCreateResponse*) override;
  grpc::ServerWriteReactor<v1::ExportResponse>* Export(grpc::CallbackServerContext*, const v1::ExportRequest*) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* Import(grpc::CallbackServerContext*, grpc::ByteBuffer*) override;
  grpc::ServerBidiReactor<v1::ExecuteRequest, v1::ExecuteResponse>* Execute(grpc::CallbackServerContext*) override;

 private:
  boost::asio::any_io_executor loop_;
  RecordStore& store_;
  Calls calls_;
  BatchStreams streams_;
};

}  // namespace records
