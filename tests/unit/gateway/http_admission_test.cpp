// Who gets a place, and who is refused why.
#include "http/admission.hpp"

#include "support/catch.hpp"

#include <vector>

using http::Admission;
using http::client_key;
using http::forwarded_client;
using http::Method;
using Answer = http::Admission::Answer;

namespace {

/// Takes places until one is refused; gives how many, and why there were no more.
std::pair<std::size_t, Answer> take_all(Admission& admission, std::string_view client, Method method, std::vector<Admission::Place>& held) {
  for (std::size_t count = 0;; ++count) {
    auto place = admission.enter(client, method);
    if (place.answer() != Answer::admitted) return {count, place.answer()};
    held.push_back(std::move(place));
  }
}

}  // namespace

TEST_CASE("a client alone gets seven eighths of the places, so that a newcomer finds some") {
  Admission admission(80);
  std::vector<Admission::Place> held;
  CHECK(take_all(admission, "a", Method::get, held) == std::pair{std::size_t{70}, Answer::client_full});
  CHECK(take_all(admission, "b", Method::get, held) == std::pair{std::size_t{10}, Answer::full});
}

TEST_CASE("when others come, a client gets no more until it is down to its new share") {
  Admission admission(80);
  std::vector<Admission::Place> first, second, third;
  take_all(admission, "a", Method::get, first);
  take_all(admission, "b", Method::get, second);
  first.resize(36);
  CHECK(take_all(admission, "b", Method::get, second) == std::pair{std::size_t{25}, Answer::client_full});
  CHECK(admission.enter("a", Method::get).answer() == Answer::client_full);
  first.resize(34);
  CHECK(take_all(admission, "a", Method::get, first) == std::pair{std::size_t{1}, Answer::client_full});
  CHECK(take_all(admission, "c", Method::get, third) == std::pair{std::size_t{10}, Answer::full});
}

TEST_CASE("a place given back is there for the next") {
  Admission admission(16);
  std::vector<Admission::Place> held;
  CHECK(take_all(admission, "a", Method::get, held).first == 14);
  held.pop_back();
  CHECK(take_all(admission, "a", Method::get, held).first == 1);
  held.clear();
  CHECK(take_all(admission, "a", Method::get, held).first == 14);
}

TEST_CASE("who holds no place counts for nobody's share") {
  Admission admission(80);
  std::vector<Admission::Place> held;
  { const auto passing = admission.enter("b", Method::get); }
  CHECK(take_all(admission, "a", Method::get, held).first == 70);
}

TEST_CASE("everybody gets one place while there are any") {
  Admission admission(16);
  std::vector<Admission::Place> held;
  for (int client = 0; client < 16; ++client) {
    held.push_back(admission.enter(std::to_string(client), Method::get));
    CHECK(held.back().answer() == Answer::admitted);
  }
  CHECK(admission.enter("16", Method::get).answer() == Answer::full);
}

TEST_CASE("writes leave a quarter of the places to reads") {
  Admission admission(8);
  std::vector<Admission::Place> held;
  for (const char* client : {"a", "b", "c", "d", "e", "f"}) CHECK(admission.enter(client, Method::post).answer() == Answer::admitted);
  for (const char* client : {"a", "b", "c", "d", "e", "f"}) held.push_back(admission.enter(client, Method::post));
  CHECK(admission.enter("g", Method::post).answer() == Answer::full);
  CHECK(admission.enter("g", Method::delete_).answer() == Answer::full);
  CHECK(admission.enter("g", Method::get).answer() == Answer::admitted);
}

TEST_CASE("a moved place is given back once") {
  Admission admission(2);
  auto place = admission.enter("a", Method::put);
  Admission::Place other(std::move(place));
  place.leave();
  CHECK(admission.enter("a", Method::put).answer() == Answer::full);
  other.leave();
  other.leave();
  CHECK(admission.enter("a", Method::put).answer() == Answer::admitted);
}

TEST_CASE("clients are told apart by address, in IPv6 by the network of the subscriber") {
  const auto key = [](const char* text) { return client_key(boost::asio::ip::make_address(text)); };
  CHECK(key("192.0.2.1") != key("192.0.2.2"));
  CHECK(key("::ffff:192.0.2.1") == key("192.0.2.1"));
  CHECK(key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff::2"));
  CHECK(key("2001:db8:0:1::1") != key("2001:db8:0:2::1"));
}

TEST_CASE("the trusted proxy's own entry is the last one") {
  CHECK(forwarded_client("203.0.113.7, 192.0.2.1") == "192.0.2.1");
  CHECK(forwarded_client(" 192.0.2.1 ") == "192.0.2.1");
  CHECK(forwarded_client("").empty());
}
