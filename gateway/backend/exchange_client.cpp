#include "backend/exchange_client.hpp"

#include "backend/repeat.hpp"

#include <records/v1/records.grpc.pb.h>

namespace backend {

namespace v1 = records::v1;

struct ExchangeClient::Stub {
  std::unique_ptr<v1::RecordsService::Stub> calls;
};

ExchangeClient::ExchangeClient(loop::Loop& loop, Position& position, std::shared_ptr<grpc::Channel> channel, const ServiceWatch& service)
    : loop_(loop), position_(position), service_(service), stub_(new Stub{v1::RecordsService::NewStub(std::move(channel))}) {}

ExchangeClient::~ExchangeClient() = default;

IncomingPtr<v1::ExportResponse> ExchangeClient::export_records(const v1::ExportRequest& request, const CallOptions& options) {
  const base::Position position = position_.latest(options.position);
  const auto start = [calls = stub_->calls.get()](auto... call) { calls->async()->Export(call...); };
  return repeated<v1::ExportResponse>(loop_, options.waiting_for(service_), position ? base::token_text(position) : std::string(), request,
                                      Anew::before_first_message, start);
}

Reply<v1::ImportResponse> ExchangeClient::import_records(const CallOptions& options, Next next) {
  using Stream = WriteStream<v1::ImportRequest, v1::ImportResponse>;
  auto start = [&](grpc::ClientContext* context, auto* response, auto* reactor) {
    stub_->calls->async()->Import(context, response, reactor);
  };
  CallOptions patient = options.waiting_for(service_);
  patient.deadline = {};
  const auto stream = Stream::open(loop_, patient, start);
  const CancelCall cancel(stream->context(), options.cancellation);
  const auto patience = options.deadline - base::SteadyClock::now();
  bool first = true;
  for (bool open = true; open;) {
    v1::ImportRequest message;
    const base::Result<bool> more = co_await next(message);
    if (more.has_error()) {
      stream->abandon();
      co_return more.error();
    }
    if (!*more) break;
    const TimeLimit limit(loop_, stream->context(), first ? base::SteadyClock::now() + patience : base::Deadline::max(),
                          first ? patient.waits_for : nullptr);
    open = co_await stream->write(message);
    if (limit.passed()) {
      stream->abandon();
      co_return base::unavailable("The records service does not answer.");
    }
    first = false;
  }
  base::Result<v1::ImportResponse> outcome = co_await stream->finish(cancel);
  position_.see(trailing_token(stream->context()));
  co_return outcome;
}

}  // namespace backend
