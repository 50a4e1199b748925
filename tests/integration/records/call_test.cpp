// What a call carries beside its request: deadline, trace context, consistency.
#include "deployment.hpp"

#include "support/catch.hpp"

#include <future>

using Stub = v1::RecordsService::Stub;

namespace {

v1::CreateRequest creation(const std::string& owner) {
  v1::CreateRequest request;
  *request.mutable_record() = draft(owner);
  return request;
}

v1::GetRequest get_of(std::int64_t id) {
  v1::GetRequest request;
  request.set_id(id);
  return request;
}

}  // namespace

TEST_CASE("what has not begun when its deadline passes is not done") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(owner);
  v1::UpdateRequest update;
  update.set_id(made.id());
  update.set_title("never");
  v1::DeleteRequest removal;
  removal.set_id(made.id());
  deployment.close_gate();
  const std::chrono::milliseconds soon(2000);
  const auto ends = [&](auto method, const auto& request) {
    return std::async(std::launch::async, [=, &deployment] { return deployment.call(method, request, {}, soon).status.error_code(); });
  };
  std::future<grpc::StatusCode> ended[] = {ends(&Stub::Create, creation(owner)), ends(&Stub::Update, update), ends(&Stub::Delete, removal)};
  deployment.wait_at_gate(3);
  for (auto& code : ended) CHECK(code.get() == grpc::StatusCode::DEADLINE_EXCEEDED);
  deployment.wait_past_deadlines();
  deployment.open_gate();
  deployment.wait_under_way(0);
  const auto all = deployment.all_of(owner);
  REQUIRE(all.size() == 1);
  CHECK(same(all[0], made));
}

TEST_CASE("a call without a deadline is served") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  grpc::ClientContext context;
  deployment.add_position(context);
  v1::GetResponse response;
  REQUIRE(deployment.stub().Get(&context, get_of(made.id()), &response).ok());
  CHECK(same(response.record(), made));
}

TEST_CASE("a trace context is taken, and a malformed one does no harm") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  for (const std::string& traceparent : {std::string("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), std::string("00-0-0-0"),
                                         std::string("x"), repeat("00-", 1000)}) {
    CAPTURE(traceparent);
    CHECK(deployment.call(&Stub::Get, get_of(made.id()), {{"traceparent", traceparent}}).status.ok());
    CHECK(deployment.call(&Stub::Get, get_of(-1), {{"traceparent", traceparent}}).status.error_code() ==
          grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_CASE("every wish for consistency is served, and the node that answered is named") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  const auto strong = deployment.call(&Stub::Get, get_of(made.id()), {{"x-consistency", "strong"}});
  REQUIRE(strong.status.ok());
  CHECK(same(strong.response.record(), made));
  CHECK_FALSE(strong.served_by().empty());
  // An eventual read may be of a moment before the record.
  const auto eventual = deployment.call(&Stub::List, list_of("nobody"), {{"x-consistency", "eventual"}});
  CHECK(eventual.status.ok());
  CHECK_FALSE(eventual.served_by().empty());
}

TEST_CASE("a store without a log needs no tokens and takes any") {
  Deployment deployment;
  const auto written = deployment.call(&Stub::Create, creation(deployment.make_owner()));
  REQUIRE(written.status.ok());
  CHECK(written.token().empty() != Deployment::on_cluster());
  const auto read = deployment.call(&Stub::Get, get_of(written.response.record().id()), {{"x-consistency-token", "FFFFFFFF/FFFFFFFF"}});
  REQUIRE(read.status.ok());
  CHECK(same(read.response.record(), written.response.record()));
}

TEST_CASE("a write waits for a free line with its neighbours, and many at once are all made") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  std::vector<std::thread> clients;
  std::atomic<int> made = 0;
  for (int i = 0; i < 32; ++i)
    clients.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        Context context;
        v1::CreateResponse response;
        made += deployment.stub().Create(&context, creation(owner), &response).ok();
      }
    });
  for (auto& client : clients) client.join();
  CHECK(made == 160);
  CHECK(deployment.stored(owner) == 160);
}
