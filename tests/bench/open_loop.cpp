// Offers HTTP requests at a given rate, whether or not the server keeps up: each is due at its own time, goes on the next free connection,
// and is counted from when it was sent and, as the client sees it, from when it was due. Rate 0: a closed loop, each connection asks again
// as soon as it is answered. An answer's time is when the kernel got it, so that one processor for gateway and generator does not count the
// generator's own wait for it. Prints one JSON object. Used by overload.py.
//
//   open_loop --port 8000 --rate 20000 --seconds 10 --connections 512 --method POST --path /records/ --body '{"title":"t","owner":"o"}'
//
// A # in path or body stands for a number: counting from 1 up to --numbers, then again.
#include <sys/socket.h>
#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::system_clock;  // the one that the kernel stamps with

namespace {

struct Options {
  std::uint16_t port = 8000;
  double rate = 0, seconds = 10;
  int connections = 64;
  std::string method = "GET", path = "/", body;
  std::vector<std::string> clients;
  std::uint64_t numbers = 1;
};

/// For what is under way at the end.
constexpr auto patience = std::chrono::seconds(10);

struct Outcome {
  std::vector<std::uint32_t> since_due, since_sent;  ///< microseconds
};

std::string with_number(const std::string& text, std::uint64_t number) {
  std::string out;
  for (const char c : text) out += c == '#' ? std::to_string(number) : std::string(1, c);
  return out;
}

class Load;

/// One connection: one request at a time.
class Line {
 public:
  Line(Load& load, asio::io_context& context) : load_(load), socket_(context), in_(8 * 1024, '\0') {}

  bool open(const tcp::endpoint& where) {
    error_code error;
    socket_.connect(where, error);
    if (!error) socket_.set_option(tcp::no_delay(true), error);
    const int on = 1;
    return !error && setsockopt(socket_.native_handle(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) == 0;
  }
  void ask(std::string request, Clock::time_point due);

 private:
  void read();
  /// What has come, behind what had; its length, 0: the end.
  std::size_t receive(error_code& error);
  bool take_answer();

  Load& load_;
  tcp::socket socket_;
  std::string out_, in_;
  std::size_t filled_ = 0;
  Clock::time_point due_, sent_, came_;
};

class Load {
 public:
  explicit Load(const Options& options) : options_(options), timer_(context_) {}

  nlohmann::json run() {
    const tcp::endpoint where(asio::ip::make_address("127.0.0.1"), options_.port);
    for (int i = 0; i < options_.connections; ++i) {
      lines_.push_back(std::make_unique<Line>(*this, context_));
      if (!lines_.back()->open(where)) throw std::runtime_error("cannot connect to port " + std::to_string(options_.port));
      idle_.push_back(lines_.back().get());
    }
    begin_ = Clock::now();
    end_ = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    if (options_.rate > 0) pace();
    else
      while (!idle_.empty()) start(begin_);
    context_.run_for(std::chrono::milliseconds(static_cast<std::int64_t>(options_.seconds * 1000)) + patience);
    return report();
  }

  void answered(Line& line, int status, Clock::time_point due, Clock::time_point sent, Clock::time_point came) {
    const auto since = [came](Clock::time_point then) {
      return static_cast<std::uint32_t>(
          std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(came - then).count()));
    };
    outcomes_[status].since_due.push_back(since(due));
    outcomes_[status].since_sent.push_back(since(sent));
    --under_way_;
    idle_.push_back(&line);
    if (options_.rate <= 0) {
      if (Clock::now() < end_) start(Clock::now());
      return;
    }
    while (!overdue_.empty() && !idle_.empty() && !paced_) {
      const auto oldest = overdue_.front();
      overdue_.pop_front();
      start(oldest);
    }
    finish_when_done();
  }
  void broke() {
    ++broken_;
    --under_way_;
    finish_when_done();
  }

 private:
  void start(Clock::time_point due) {
    Line& line = *idle_.back();
    idle_.pop_back();
    ++under_way_;
    line.ask(request(), due);
  }

  std::string request() {
    const std::uint64_t number = count_++ % options_.numbers + 1;
    const std::string body = with_number(options_.body, number);
    std::string text = options_.method + " " + with_number(options_.path, number) + " HTTP/1.1\r\nHost: bench\r\n";
    if (const auto& all = options_.clients; !all.empty()) text += "X-Forwarded-For: " + all[count_ % all.size()] + "\r\n";
    if (!body.empty()) text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    return text + "\r\n" + body;
  }

  // What has become due since the last look; a look a millisecond.
  void pace() {
    const auto now = Clock::now();
    const double elapsed = std::chrono::duration<double>(std::min(now, end_) - begin_).count();
    const auto due_by_now = static_cast<std::uint64_t>(elapsed * options_.rate) + 1;
    for (; due_ < due_by_now; ++due_) {
      const auto due = begin_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(due_ / options_.rate));
      if (idle_.empty()) overdue_.push_back(due);
      else start(due);
    }
    if (now >= end_) {
      paced_ = true;
      return finish_when_done();
    }
    timer_.expires_after(std::chrono::milliseconds(1));
    timer_.async_wait([this](error_code error) {
      if (!error) pace();
    });
  }

  // What was never sent, because no connection was free, is given up at the end; what was sent is waited for.
  void finish_when_done() {
    if (!paced_ || under_way_ > 0) return;
    context_.stop();
  }

  nlohmann::json report() const {
    nlohmann::json out;
    out["seconds"] = options_.seconds;
    out["offered"] = options_.rate > 0 ? due_ : count_;
    out["unsent"] = overdue_.size();
    out["unanswered"] = under_way_;
    out["broken"] = broken_;
    for (auto [status, outcome] : outcomes_) {
      out["status"][std::to_string(status)] = {
          {"count", outcome.since_due.size()}, {"due", percentiles(outcome.since_due)}, {"sent", percentiles(outcome.since_sent)}};
    }
    return out;
  }

  static nlohmann::json percentiles(std::vector<std::uint32_t>& sorted) {
    std::ranges::sort(sorted);
    const auto at = [&](double part) { return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * sorted.size()))]; };
    return {{"p50_us", at(0.5)}, {"p99_us", at(0.99)}, {"p999_us", at(0.999)}, {"max_us", sorted.back()}};
  }

  const Options& options_;
  asio::io_context context_{1};
  asio::steady_timer timer_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<Line*> idle_;
  std::deque<Clock::time_point> overdue_;
  Clock::time_point begin_, end_;
  std::uint64_t count_ = 0, due_ = 0, broken_ = 0, under_way_ = 0;
  bool paced_ = false;
  std::map<int, Outcome> outcomes_;
};

void Line::ask(std::string request, Clock::time_point due) {
  due_ = due;
  sent_ = Clock::now();
  out_ = std::move(request);
  error_code error;
  asio::write(socket_, asio::buffer(out_), error);  // small: the socket has room
  if (error) return load_.broke();
  read();
}

void Line::read() {
  socket_.async_wait(tcp::socket::wait_read, [this](error_code error) {
    const std::size_t count = error ? 0 : receive(error);
    if (error == asio::error::would_block) return read();
    if (error || count == 0) return load_.broke();
    filled_ += count;
    if (!take_answer()) read();
  });
}

std::size_t Line::receive(error_code& error) {
  iovec room{in_.data() + filled_, in_.size() - filled_};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
  msghdr message{};
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t count = recvmsg(socket_.native_handle(), &message, MSG_DONTWAIT);
  if (count < 0) error.assign(errno, boost::system::system_category());
  came_ = Clock::now();
  for (const cmsghdr* part = CMSG_FIRSTHDR(&message); count > 0 && part != nullptr;
       part = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(part))) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec stamp;
    std::memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
    came_ = Clock::time_point(
        std::chrono::duration_cast<Clock::duration>(std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec)));
  }
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

bool Line::take_answer() {
  const std::string_view have(in_.data(), filled_);
  const auto end = have.find("\r\n\r\n");
  if (end == std::string_view::npos) return false;
  const std::string_view header = have.substr(0, end + 2);
  std::size_t length = 0;
  if (const auto at = header.find("\r\nContent-Length: "); at != std::string_view::npos)
    std::from_chars(header.data() + at + 18, header.data() + header.size(), length);
  if (filled_ < end + 4 + length) {
    in_.resize(std::max(in_.size(), end + 4 + length));
    return false;
  }
  int status = 0;
  std::from_chars(header.data() + 9, header.data() + 12, status);
  filled_ = 0;
  load_.answered(*this, status, due_, sent_, came_);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("open_loop: offers HTTP requests at a rate of its own");
  Options options;
  app.add_option("--port", options.port)->required();
  app.add_option("--rate", options.rate, "requests a second; 0: a closed loop");
  app.add_option("--seconds", options.seconds);
  app.add_option("--connections", options.connections);
  app.add_option("--method", options.method);
  app.add_option("--path", options.path);
  app.add_option("--body", options.body);
  app.add_option("--numbers", options.numbers);
  app.add_option("--client", options.clients, "sent as X-Forwarded-For; of several each in its turn");
  CLI11_PARSE(app, argc, argv);
  try {
    std::cout << Load(options).run().dump() << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "open_loop: " << error.what() << "\n";
    return 1;
  }
}
