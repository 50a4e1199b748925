// Updates and deletions that arrive together: one transaction, and each its own outcome and its own waiting.
#include "program.hpp"
#include "sandbox.hpp"

#include "support/catch.hpp"

namespace {

/// A service on a database of its own, and a stream to it.
class Shop {
 public:
  Shop() : program_(folder_, {}, {{"DATABASE_URL", sandbox.url()}, {"RECORDS_LISTEN", "127.0.0.1:0"}}), channel_(program_.channel()) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_ = v1::RecordsService::NewStub(channel_)->Execute(&context_);
  }
  ~Shop() { context_.TryCancel(); }

  std::int64_t make(const std::string& title) { return create(*channel_, title).id(); }
  std::shared_ptr<void> hold(std::int64_t id) const {
    return sandbox.hold("UPDATE records SET version = version WHERE id = " + std::to_string(id));
  }

  /// Answers by the calls' ids, as many as asked for.
  std::map<std::uint64_t, v1::Reply> take(std::size_t count) {
    std::map<std::uint64_t, v1::Reply> replies;
    for (v1::ExecuteResponse answer; replies.size() < count;) {
      if (!stream_->Read(&answer)) FAIL("the stream ended with " << replies.size() << " answers");
      for (const v1::Reply& reply : answer.replies()) replies[reply.id()] = reply;
    }
    return replies;
  }
  void send(const v1::ExecuteRequest& message) { REQUIRE(stream_->Write(message)); }

  const Sandbox sandbox;

 private:
  const Folder folder_;
  Program program_;
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ExecuteRequest, v1::ExecuteResponse>> stream_;
};

void add_title(v1::ExecuteRequest& message, std::int64_t record, const std::string& title, std::int64_t version = 0) {
  v1::Call& call = *message.add_calls();
  call.set_id(static_cast<std::uint64_t>(message.calls_size()));
  call.mutable_update()->set_id(record);
  call.mutable_update()->set_title(title);
  if (version) call.mutable_update()->add_expected_versions(version);
}

void add_delete(v1::ExecuteRequest& message, std::int64_t record) {
  v1::Call& call = *message.add_calls();
  call.set_id(static_cast<std::uint64_t>(message.calls_size()));
  call.mutable_delete_()->set_id(record);
}

}  // namespace

TEST_CASE("the changes of one message are one transaction, and each has its own outcome", "[cluster]") {
  Shop shop;
  const std::int64_t a = shop.make("a"), b = shop.make("b"), c = shop.make("c");
  v1::ExecuteRequest message;
  add_title(message, c, "c2");
  add_title(message, a, "a2");
  add_title(message, 1'000'000'000, "nobody's");
  add_title(message, a, "a3", 2);
  add_title(message, a, "too late", 2);
  add_delete(message, b);
  add_title(message, b, "gone");
  shop.send(message);
  const auto replies = shop.take(7);
  CHECK(replies.at(1).update().record().title() == "c2");
  CHECK(replies.at(2).update().record().version() == 2);
  CHECK(replies.at(3).error().code() == grpc::StatusCode::NOT_FOUND);
  CHECK(replies.at(4).update().record().version() == 3);
  CHECK(replies.at(5).error().message().find("has version 3") != std::string::npos);
  CHECK(replies.at(6).has_delete_());
  CHECK(replies.at(7).error().code() == grpc::StatusCode::NOT_FOUND);
  const std::string changed = " FROM records WHERE id IN (" + std::to_string(a) + ", " + std::to_string(c) + ") AND version > 1";
  CHECK(shop.sandbox.number("SELECT count(*)" + changed) == 2);
  CHECK(shop.sandbox.number("SELECT count(DISTINCT xmin::text)" + changed) == 1);
}

TEST_CASE("a record that somebody else holds delays nobody but those who change it", "[cluster]") {
  Shop shop;
  const std::int64_t a = shop.make("a"), b = shop.make("b");
  auto held = shop.hold(a);
  v1::ExecuteRequest message;
  add_title(message, a, "a2");
  add_title(message, b, "b2");
  shop.send(message);
  CHECK(shop.take(1).at(2).update().record().title() == "b2");
  held.reset();
  CHECK(shop.take(1).at(1).update().record().version() == 2);
}
