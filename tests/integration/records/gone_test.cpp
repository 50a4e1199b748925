// Callers that go: the database gives up a list that nobody waits for any more, and goes on with one that somebody does.
#include "program.hpp"
#include "sandbox.hpp"

#include "support/catch.hpp"

#include <future>

namespace {

/// A service in whose database every list waits until `open`.
class Stuck {
 public:
  Stuck() : program_(folder_, {}, {{"DATABASE_URL", sandbox_.url()}, {"RECORDS_LISTEN", "127.0.0.1:0"}}), channel_(program_.channel()) {
    create(*channel_, "one");
    lock_ = sandbox_.hold("LOCK TABLE records");
  }

  std::unique_ptr<v1::RecordsService::Stub> stub() const { return v1::RecordsService::NewStub(channel_); }
  void open() { lock_.reset(); }

  /// The server process of the one list that the database works on; waits for it.
  std::int64_t working() const {
    const std::string lists = " FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await("one list at work", [&] { return sandbox_.number("SELECT count(*)" + lists) == 1; });
    return sandbox_.number("SELECT pid" + lists);
  }
  void await_end(std::int64_t process) const {
    const std::string sessions = "SELECT count(*) FROM pg_stat_activity WHERE pid = ";
    await("the end of the session", [&] { return sandbox_.number(sessions + std::to_string(process)) == 0; });
  }

 private:
  static void await(const std::string& what, const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (; !holds(); std::this_thread::sleep_for(std::chrono::milliseconds(10)))
      if (std::chrono::steady_clock::now() > end) FAIL("waited in vain for " << what);
  }

  const Sandbox sandbox_;
  const Folder folder_;
  Program program_;
  const std::shared_ptr<grpc::Channel> channel_;
  std::shared_ptr<void> lock_;
};

v1::ListRequest request_of(const std::string& text) {
  v1::ListRequest request;
  request.mutable_filter()->set_q(text);
  return request;
}

/// A unary call under way, strong so that it is the primary's.
class Caller {
 public:
  Caller(const Stuck& stuck, const std::string& text) : stub_(stuck.stub()) {
    context_.AddMetadata("x-consistency", "strong");
    answer_ = std::async(std::launch::async, [this, text] { return stub_->List(&context_, request_of(text), &response_); });
  }
  ~Caller() { context_.TryCancel(); }
  grpc::StatusCode go() {
    context_.TryCancel();
    return answer_.get().error_code();
  }

 private:
  std::unique_ptr<v1::RecordsService::Stub> stub_;
  grpc::ClientContext context_;
  v1::ListResponse response_;
  std::future<grpc::Status> answer_;
};

/// A message with one list, strong.
v1::ExecuteRequest list_with(std::uint64_t id, const std::string& text) {
  v1::ExecuteRequest message;
  v1::Call& call = *message.add_calls();
  call.set_id(id);
  call.set_consistency(v1::CONSISTENCY_STRONG);
  *call.mutable_list() = request_of(text);
  return message;
}

v1::ExecuteRequest cancellation_of(std::uint64_t id) {
  v1::ExecuteRequest message;
  message.add_cancelled_ids(id);
  return message;
}

}  // namespace

TEST_CASE("a list whose caller has gone is given up by the database", "[cluster]") {
  Stuck stuck;
  Caller caller(stuck, "on");
  const std::int64_t process = stuck.working();
  CHECK(caller.go() == grpc::StatusCode::CANCELLED);
  stuck.await_end(process);
}

TEST_CASE("a list whose stream has broken is given up by the database", "[cluster]") {
  Stuck stuck;
  grpc::ClientContext context;
  const auto stub = stuck.stub();
  const auto stream = stub->Execute(&context);
  REQUIRE(stream->Write(list_with(1, "on")));
  const std::int64_t process = stuck.working();
  context.TryCancel();
  stuck.await_end(process);
}

TEST_CASE("a list that two wait for goes on when one of them has gone", "[cluster]") {
  Stuck stuck;
  grpc::ClientContext context;
  const auto stub = stuck.stub();
  const auto stream = stub->Execute(&context);
  REQUIRE(stream->Write(list_with(1, "on")));
  const std::int64_t first = stuck.working();
  // The same twice more: these two share the next run.
  v1::ExecuteRequest both = list_with(2, "on");
  *both.add_calls() = list_with(3, "on").calls(0);
  REQUIRE(stream->Write(both));
  REQUIRE(stream->Write(cancellation_of(1)));
  stuck.await_end(first);
  const std::int64_t second = stuck.working();
  REQUIRE(stream->Write(cancellation_of(2)));
  // What comes after it is answered at once: the service has seen the cancellation by then.
  v1::ExecuteRequest nothing;
  nothing.add_calls()->set_id(4);
  REQUIRE(stream->Write(nothing));
  v1::ExecuteResponse answer;
  REQUIRE(stream->Read(&answer));
  CHECK(answer.replies(0).id() == 4);
  CHECK(stuck.working() == second);
  stuck.open();
  REQUIRE(stream->Read(&answer));
  CHECK(answer.replies(0).id() == 3);
  CHECK(answer.replies(0).list().items_size() == 1);
}
