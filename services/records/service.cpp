#include "records/service.hpp"

#include "records/exchange.hpp"
#include "rpc/call.hpp"

namespace records {
namespace {

constexpr const char* token_key = "x-consistency-token";
constexpr const char* served_by_key = "x-served-by";

base::Result<CallOptions> options_of(const grpc::CallbackServerContext& context) {
  const base::Result<Position> position = position_of(rpc::metadata(context, token_key));
  if (position.has_error()) return position.error();
  const std::string wish = rpc::metadata(context, "x-consistency");
  CallOptions options{rpc::deadline_of(context), *position, Consistency::session};
  if (wish == "strong") options.consistency = Consistency::strong;
  else if (wish == "eventual") options.consistency = Consistency::eventual;
  else if (!wish.empty()) return base::invalid("x-consistency", "must be strong or eventual");
  return options;
}

/// Moves the answer out, its position and node into the trailer.
template <class Response>
base::Result<void> deliver(grpc::CallbackServerContext* context, Replied<Response> reply, Response* response) {
  if (reply.has_error()) return reply.error();
  if (reply->position) context->AddTrailingMetadata(token_key, token_of(reply->position));
  if (!reply->served_by.empty()) context->AddTrailingMetadata(served_by_key, reply->served_by);
  *response = std::move(reply->response);
  return {};
}

/// The shape of every unary handler: options, call, answer.
template <class Request, class Response, class Call>
grpc::ServerUnaryReactor* handle(grpc::CallbackServerContext* context, const boost::asio::any_io_executor& loop, const Request* request,
                                 Response* response, Call call) {
  return rpc::unary(context, loop, [=]() -> Awaitable<base::Result<void>> {
    const base::Result<CallOptions> options = options_of(*context);
    if (options.has_error()) co_return options.error();
    Replied<Response> reply = co_await call(*request, *options);
    co_return deliver(context, std::move(reply), response);
  });
}

}  // namespace

grpc::ServerUnaryReactor* Service::List(grpc::CallbackServerContext* context, const v1::ListRequest* request, v1::ListResponse* response) {
  const auto call = [this, context](const v1::ListRequest& r, CallOptions o) {
    o.audience.add([context] { return context->IsCancelled(); });
    return calls_.list(r, std::move(o));
  };
  return handle(context, loop_, request, response, call);
}

grpc::ServerUnaryReactor* Service::Get(grpc::CallbackServerContext* context, const v1::GetRequest* request, v1::GetResponse* response) {
  return handle(context, loop_, request, response, [this](const v1::GetRequest& r, const CallOptions& o) { return calls_.get(r.id(), o); });
}

grpc::ServerUnaryReactor* Service::Create(grpc::CallbackServerContext* context, const v1::CreateRequest* request,
                                          v1::CreateResponse* response) {
  return handle(context, loop_, request, response,
                [this](const v1::CreateRequest& r, const CallOptions& o) { return calls_.create(r, o); });
}

grpc::ServerUnaryReactor* Service::Update(grpc::CallbackServerContext* context, const v1::UpdateRequest* request,
                                          v1::UpdateResponse* response) {
  return handle(context, loop_, request, response,
                [this](const v1::UpdateRequest& r, const CallOptions& o) { return calls_.update(r, {}, o); });
}

grpc::ServerUnaryReactor* Service::Delete(grpc::CallbackServerContext* context, const v1::DeleteRequest* request,
                                          v1::DeleteResponse* response) {
  return handle(context, loop_, request, response,
                [this](const v1::DeleteRequest& r, const CallOptions& o) { return calls_.remove(r, {}, o); });
}

grpc::ServerUnaryReactor* Service::BatchGet(grpc::CallbackServerContext* context, const v1::BatchGetRequest* request,
                                            v1::BatchGetResponse* response) {
  return handle(context, loop_, request, response,
                [this](const v1::BatchGetRequest& r, const CallOptions& o) { return calls_.batch_get(r, o); });
}

grpc::ServerUnaryReactor* Service::BatchCreate(grpc::CallbackServerContext* context, const v1::BatchCreateRequest* request,
                                               v1::BatchCreateResponse* response) {
  return handle(context, loop_, request, response,
                [this](const v1::BatchCreateRequest& r, const CallOptions& o) { return calls_.batch_create(r, o); });
}

grpc::ServerWriteReactor<v1::ExportResponse>* Service::Export(grpc::CallbackServerContext* context, const v1::ExportRequest* request) {
  return rpc::write_stream<v1::ExportResponse>(
      context, loop_, [this, context, request](rpc::StreamWriter<v1::ExportResponse>& out) -> Awaitable<base::Result<void>> {
        const base::Result<CallOptions> options = options_of(*context);
        if (options.has_error()) co_return options.error();
        co_return co_await export_records(store_, *request, *options, out);
      });
}

grpc::ServerReadReactor<grpc::ByteBuffer>* Service::Import(grpc::CallbackServerContext* context, grpc::ByteBuffer* answer) {
  using Reader = rpc::StreamReader<v1::ImportRequest>;
  const auto work = [this, context](Reader& in, v1::ImportResponse& response) -> Awaitable<base::Result<void>> {
    Position reached;
    const base::Result<void> outcome = co_await import_records(store_, in, response, reached);
    if (reached) context->AddTrailingMetadata(token_key, token_of(reached));
    co_return outcome;
  };
  return rpc::read_stream<v1::ImportRequest, v1::ImportResponse>(context, loop_, answer, work);
}

grpc::ServerBidiReactor<v1::ExecuteRequest, v1::ExecuteResponse>* Service::Execute(grpc::CallbackServerContext*) {
  return BatchStream::open(loop_, calls_, streams_);
}

}  // namespace records
