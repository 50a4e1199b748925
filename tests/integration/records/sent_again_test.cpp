// A write without a key is known by the message that carried it first and its place there: sent again, it is made once.
#include "batch_client.hpp"

#include "support/catch.hpp"

namespace {

v1::CreateRequest creation(const std::string& owner, int number) {
  v1::CreateRequest request;
  *request.mutable_record() = draft(owner, "number " + std::to_string(number));
  return request;
}

void send_before(v1::Call& call, const std::string& message, int place) {
  call.mutable_sent_before()->set_message(message);
  call.mutable_sent_before()->set_place(static_cast<std::uint32_t>(place));
}

/// Creations that begin in one turn, each in a message of its own or with others.
class Turn {
 public:
  explicit Turn(Deployment& deployment) : deployment_(deployment) {}

  void add(const v1::CreateRequest& request, records::WriteName name, const void* carrier) {
    asked_.push_back({&request, std::move(name), carrier});
  }

  void begin() {
    deployment_.in_one_turn([this](records::Calls& calls) {
      for (Asked& one : asked_) {
        auto done = [&one](const std::exception_ptr& thrown, std::optional<records::Replied<v1::CreateResponse>> replied) {
          if (thrown) one.replied.set_exception(thrown);
          else one.replied.set_value(std::move(*replied));
        };
        calls.create(*one.request, one.name, one.carrier, {base::SteadyClock::now() + patience}, done);
      }
    });
  }

  std::vector<v1::Record> records() {
    std::vector<v1::Record> all;
    for (Asked& one : asked_) {
      auto replied = one.replied.get_future().get();
      if (replied.has_error()) FAIL(replied.error().message);
      all.push_back(replied->response.record());
    }
    return all;
  }

 private:
  struct Asked {
    const v1::CreateRequest* request;
    records::WriteName name;
    const void* carrier;
    std::promise<records::Replied<v1::CreateResponse>> replied{};
  };
  Deployment& deployment_;
  std::vector<Asked> asked_;
};

}  // namespace

TEST_CASE("writes that are sent again, in another message and beside others, are made once") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), name = contract::unique("message");
  const v1::Record changed = deployment.create(owner), removed = deployment.create(owner);
  BatchClient client(deployment), other(deployment);
  v1::ExecuteRequest message;
  message.set_name(name);
  for (std::uint64_t id = 0; id < 3; ++id) add_create(message, id, draft(owner, std::to_string(id)));
  add_title(message, 3, changed.id(), "changed");
  add_delete(message, 4, removed.id());
  REQUIRE(client.send(message));
  const auto first = client.take(5);
  v1::ExecuteRequest again;
  again.set_name(contract::unique("message"));
  add_create(again, 10, draft(owner, "a new one"));
  for (int place = 0; place < 3; ++place) send_before(add_create(again, 20 + place, draft(owner, std::to_string(place))), name, place);
  send_before(add_title(again, 23, changed.id(), "changed"), name, 3);
  send_before(add_delete(again, 24, removed.id()), name, 4);
  REQUIRE(other.send(again));
  const auto second = other.take(6);
  for (std::uint64_t place = 0; place < 3; ++place) CHECK(same(second.at(20 + place).create().record(), first.at(place).create().record()));
  CHECK(second.at(23).update().record().version() == 2);
  CHECK(second.at(24).has_delete_());
  CHECK(second.at(10).create().record().title() == "a new one");
  CHECK(deployment.stored(owner) == 5);
}

TEST_CASE("a creation that meets its first copy in one turn is made once") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), name = contract::unique("message");
  std::vector<v1::CreateRequest> requests;
  for (int place = 0; place < 8; ++place) requests.push_back(creation(owner, place));
  const int carrier = 0, next_carrier = 0;
  Turn turn(deployment);
  for (std::uint32_t place = 0; place < 8; ++place) turn.add(requests[place], {name, place}, &carrier);
  for (std::uint32_t place = 0; place < 8; ++place) turn.add(requests[place], {name, place}, &next_carrier);
  turn.begin();
  const std::vector<v1::Record> records = turn.records();
  for (std::size_t place = 0; place < 8; ++place) {
    CHECK(records[place].title() == requests[place].record().title());
    CHECK(same(records[place], records[place + 8]));
  }
  CHECK(deployment.stored(owner) == 8);
}

TEST_CASE("creations of one message share a statement") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), name = contract::unique("message");
  const v1::CreateRequest a = creation(owner, 0), b = creation(owner, 1);
  const int carrier = 0;
  deployment.close_gate();
  Turn turn(deployment);
  turn.add(a, {name, 0}, &carrier);
  turn.add(b, {name, 1}, &carrier);
  turn.begin();
  deployment.wait_under_way(1);
  deployment.open_gate();
  turn.records();
  CHECK(deployment.stored(owner) == 2);
}
