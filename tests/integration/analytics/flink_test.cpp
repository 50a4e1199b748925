// The client of a SQL Gateway, against a server of the test that answers, answers something else, or says nothing.
#include "analytics/flink/sql_gateway.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <thread>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Takes one connection, reads a request, sends `answer` and closes; with an empty answer it says nothing until the caller gives up.
class Server {
 public:
  explicit Server(std::string answer) : acceptor_(loop_, {asio::ip::make_address("127.0.0.1"), 0}) {
    thread_ = std::thread([this, answer = std::move(answer)] {
      tcp::socket socket = acceptor_.accept();
      asio::streambuf buffer;
      boost::system::error_code ended;
      asio::read_until(socket, buffer, "\r\n\r\n", ended);
      request_ = {asio::buffers_begin(buffer.data()), asio::buffers_end(buffer.data())};
      if (!answer.empty()) asio::write(socket, asio::buffer(answer), ended);
      else asio::read(socket, buffer, ended);
    });
  }
  ~Server() { thread_.join(); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  const std::string& request() const { return request_; }

 private:
  asio::io_context loop_;
  tcp::acceptor acceptor_;
  std::string request_;
  std::thread thread_;
};

base::Result<std::string> probe(const std::string& url, std::chrono::milliseconds time = std::chrono::seconds(20)) {
  asio::io_context loop;
  const analytics::flink::SqlGateway gateway(url);
  auto future = asio::co_spawn(loop, gateway.version(base::SteadyClock::now() + time), asio::use_future);
  loop.run();
  return future.get();
}

std::string http(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

void check_down(const base::Result<std::string>& outcome, const std::string& message) {
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::unavailable);
  CHECK(outcome.error().message == message);
}

}  // namespace

TEST_CASE("a gateway that answers is known by its version") {
  const Server server(http("200 OK", R"({"productName":"Apache Flink","version":"1.20.3"})"));
  CHECK(*probe(server.url()) == "1.20.3");
}

TEST_CASE("the path of the address goes before the question") {
  std::string asked;
  {
    Server server(http("200 OK", R"({"version":"1.20.0"})"));
    CHECK(probe(server.url() + "/flink/"));
    while (server.request().empty()) std::this_thread::yield();
    asked = server.request();
  }
  CHECK(asked.starts_with("GET /flink/v1/info HTTP/1.1\r\n"));
}

TEST_CASE("what answers but is no gateway is told so") {
  const Server page(http("200 OK", "<html>hello</html>"));
  check_down(probe(page.url()), "Flink does not answer at " + page.url() + ": what answers there (status 200) is no Flink");
  const auto [status, body, number] =
      GENERATE(table<std::string, std::string, std::string>({{"200 OK", "[]", "200"},
                                                             {"200 OK", R"({"version":7})", "200"},
                                                             {"404 Not Found", "{}", "404"},
                                                             {"500 Oops", R"({"version":"1.20.0"})", "500"}}));
  const Server server(http(status, body));
  check_down(probe(server.url()),
             "Flink does not answer at " + server.url() + ": what answers there (status " + number + ") is no SQL Gateway");
}

// A double: no older Flink is at hand.
TEST_CASE("a gateway that is too old is told so, a newer one is taken") {
  for (const char* const version : {"1.18.1", "0.9", "1.19.3", "nonsense", "1"}) {
    const Server old(http("200 OK", std::string(R"({"version":")") + version + "\"}"));
    check_down(probe(old.url()), std::string("Flink ") + version + " answers at " + old.url() + ", 1.20 or later is needed");
  }
  for (const char* const version : {"1.20.3", "1.21-SNAPSHOT", "2.0.0"}) {
    const Server newer(http("200 OK", std::string(R"({"version":")") + version + "\"}"));
    CHECK(*probe(newer.url()) == version);
  }
}

TEST_CASE("a gateway that says nothing is given up at the deadline") {
  const Server server("");
  const auto began = base::SteadyClock::now();
  check_down(probe(server.url(), std::chrono::milliseconds(100)), "Flink does not answer at " + server.url() + ": no answer in time");
  CHECK(base::SteadyClock::now() - began < std::chrono::seconds(10));
}

TEST_CASE("nobody there, nonsense there") {
  check_down(probe("http://127.0.0.1:1"), "Flink does not answer at http://127.0.0.1:1: Connection refused");
  const Server server("this is not HTTP\r\n\r\n");
  CHECK_FALSE(probe(server.url()));
}

TEST_CASE("an address is checked at start") {
  for (const char* const good : {"http://flink:8083", "http://127.0.0.1:8083/", "http://[::1]:8083/base", "http://flink"})
    CHECK(analytics::flink::url_problem(good).empty());
  for (const char* const bad : {"flink:8083", "https://flink:8083", "http://", "http://user:pw@flink", "http://flink?x=1", "http://flink#x",
                                "http://fl ink", "ftp://flink"}) {
    CAPTURE(bad);
    CHECK_FALSE(analytics::flink::url_problem(bad).empty());
  }
}
