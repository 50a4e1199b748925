#include "backend/stream.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace backend {

namespace v1 = records::v1;
namespace asio = boost::asio;

namespace {

/// A message in an arena of its own: its many small parts are made and freed together.
struct Batch {
  google::protobuf::Arena arena;
  v1::ExecuteResponse* message = google::protobuf::Arena::CreateMessage<v1::ExecuteResponse>(&arena);
};

std::shared_ptr<v1::ExecuteResponse> new_batch() {
  auto batch = std::make_shared<Batch>();
  v1::ExecuteResponse* const message = batch->message;
  return {std::move(batch), message};
}

}  // namespace

RecordsClient::Stream::Stream(RecordsClient& client)
    : client_(client), context_(client.loop_.context()), stub_(v1::RecordsService::NewStub(client.channel_)) {
  call_.set_wait_for_ready(true);
}

std::shared_ptr<RecordsClient::Stream> RecordsClient::Stream::open(RecordsClient& client) {
  std::shared_ptr<Stream> stream(new Stream(client));
  stream->self_ = stream;
  stream->stub_->async()->Execute(&stream->call_, stream.get());
  stream->read_next();
  // Writes are started from the loop: the hold keeps the call until the loop knows that it has ended.
  stream->AddHold();
  stream->StartCall();
  return stream;
}

void RecordsClient::Stream::read_next() {
  incoming_ = new_batch();
  StartRead(incoming_.get());
}

v1::ExecuteRequest* RecordsClient::Stream::line() { return held_ && !retired_ && writing_.is_free() ? &outgoing_ : nullptr; }

void RecordsClient::Stream::send() {
  writing_.begin();
  StartWrite(&outgoing_);
}

void RecordsClient::Stream::retire() {
  retired_ = true;
  if (!writing_.is_free() || !held_) return;  // OnWriteDone comes back here
  StartWritesDone();
  release();
}

/// No operation is started from the loop any more, so gRPC may end the call.
void RecordsClient::Stream::release() {
  if (std::exchange(held_, false)) RemoveHold();
}

void RecordsClient::Stream::OnReadDone(bool ok) {
  if (!ok) {
    asio::post(context_, [this, self = self_] { release(); });
    return;  // OnDone follows
  }
  // First what is waited for: asking for more sends the service a message about it.
  asio::post(context_, [this, self = self_, batch = std::move(incoming_)] { client_.take(batch); });
  read_next();
}

void RecordsClient::Stream::OnWriteDone(bool ok) {
  if (!writing_.end() || !ok) return;
  asio::post(context_, [this, self = self_] {
    if (retired_) retire();
    else client_.flush();
  });
}

void RecordsClient::Stream::OnDone(const grpc::Status& status) {
  asio::post(context_, [this, self = self_, why = status.error_message()] { client_.on_stream_end(*this, why); });
  const auto self = std::move(self_);
  done_.set_value();
}

void RecordsClient::Stream::shut() {
  call_.TryCancel();
  release();
  done_.get_future().wait();
}

}  // namespace backend
