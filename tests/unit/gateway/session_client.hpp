// A plain blocking HTTP client over one loopback connection: bytes out, answers in. Whatever is waited for has a deadline, after which the
// test fails. Used by the tests of the session.
#pragma once

#include "support/catch.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

inline constexpr auto patience = std::chrono::seconds(30);

/// Until `is_so()`; the test fails when that never comes.
template <class Condition>
void wait_until(Condition is_so) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) FAIL("what was waited for did not come");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in small letters
  std::string body;
  bool whole = true;  ///< false: the connection ended within the body

  /// Empty where the header is absent.
  std::string operator[](const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{patience.count(), 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { close(); }
  Client(Client&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_), read_(std::move(other.read_)), ended_(other.ended_) {}
  Client& operator=(Client&&) = delete;

  bool connected() const { return connected_; }

  /// What the server no longer takes is dropped: then it has answered already.
  Client& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  Client& get(std::string_view path, std::string_view fields = "") {
    return send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(fields) + "\r\n");
  }
  Client& post(std::string_view path, std::string_view body, std::string_view fields = "") {
    return send("POST " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
                std::string(fields) + "\r\n" + std::string(body));
  }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  /// The next answer; to HEAD there is none but the header.
  Answer answer(bool to_head = false) {
    Answer answer;
    const std::string head = line_end("\r\n\r\n");
    REQUIRE_THAT(head, Catch::StartsWith("HTTP/1.1 "));
    answer.status = std::stoi(head.substr(9, 3));
    for (auto begin = head.find("\r\n") + 2; begin < head.size() - 2;) {
      const auto end = head.find("\r\n", begin), colon = head.find(": ", begin);
      REQUIRE(colon < end);
      std::string name = head.substr(begin, colon - begin);
      std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      std::string& value = answer.headers[name];
      value += (value.empty() ? "" : ", ") + head.substr(colon + 2, end - colon - 2);
      begin = end + 2;
    }
    if (to_head || answer.status < 200 || answer.status == 204 || answer.status == 304) return answer;
    if (answer["transfer-encoding"] == "chunked") return chunked(std::move(answer));
    const std::string length = answer["content-length"];
    if (length.empty()) answer.body = rest();
    else answer.whole = take(std::stoull(length), answer.body);
    return answer;
  }

  /// Everything up to the end of the connection.
  std::string rest() {
    while (more()) {
    }
    return std::exchange(read_, {});
  }
  /// Nothing more comes.
  bool is_closed() { return rest().empty(); }
  /// Up to and with `end`.
  std::string line_end(std::string_view end) {
    std::size_t at;
    while ((at = read_.find(end)) == std::string::npos)
      if (!more()) return std::exchange(read_, {});
    std::string text = read_.substr(0, at + end.size());
    read_.erase(0, text.size());
    return text;
  }

 private:
  /// False: the connection has ended.
  bool more() {
    char piece[16 * 1024];
    const auto count = ended_ ? 0 : ::recv(socket_, piece, sizeof piece, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) FAIL("the server said nothing; so far: " + read_);
    if (count <= 0) ended_ = true;
    else read_.append(piece, static_cast<std::size_t>(count));
    return !ended_;
  }

  bool take(std::size_t count, std::string& out) {
    while (read_.size() < count && more()) {
    }
    const bool whole = read_.size() >= count;
    out += read_.substr(0, count);
    read_.erase(0, std::min(count, read_.size()));
    return whole;
  }

  Answer chunked(Answer answer) {
    for (;;) {
      const std::string size = line_end("\r\n");
      answer.whole = size.ends_with("\r\n");
      if (!answer.whole) return answer;
      const auto count = std::stoull(size, nullptr, 16);
      std::string end;
      answer.whole = take(count, answer.body) && take(2, end) && end == "\r\n";
      if (!answer.whole || count == 0) return answer;
    }
  }

  int socket_;
  bool connected_ = false;
  std::string read_;
  bool ended_ = false;
};
