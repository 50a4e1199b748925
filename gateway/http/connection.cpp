#include "http/connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <poll.h>

#include <algorithm>
#include <array>

namespace http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t first_buffer = 2048;
constexpr auto linger_patience = std::chrono::milliseconds(2000);
/// After SIGTERM an idle client may still ask once, and is then told that the connection ends: who asks often is never cut off while
/// asking.
constexpr auto last_request_patience = std::chrono::milliseconds(1000);
constexpr std::size_t linger_bytes = 4 * 1024 * 1024;

bool starts_like_a_method(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

Connection::Connection(loop::Loop& loop, Socket socket, const Limits& limits) : Ticked(loop), socket_(std::move(socket)), limits_(limits) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

asio::ip::address Connection::peer() const {
  error_code ignored;
  return socket_.remote_endpoint(ignored).address();
}

void Connection::enter(Phase phase, std::chrono::milliseconds patience) {
  phase_ = phase;
  phase_ends_ = base::SteadyClock::now() + patience;
}

// Moves what is unread to the front, or grows the buffer; false at the header limit.
bool Connection::make_room() {
  if (begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_), in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ < in_.size()) return true;
  if (end_ >= limits_.header_bytes) return false;
  in_.resize(std::min(limits_.header_bytes, std::max(first_buffer, in_.size() * 2)));
  return true;
}

asio::awaitable<Connection::Read> Connection::read_header() {
  std::size_t searched = 0;
  enter(Phase::idle, interrupted_ ? last_request_patience : limits_.idle_timeout);
  for (;;) {
    // Blank lines before a request are passed over (RFC 9112 2.2).
    while (searched == 0 && begin_ < end_ && (in_[begin_] == '\r' || in_[begin_] == '\n')) ++begin_;
    const std::string_view have = unread();
    if (!have.empty()) {
      if (phase_ == Phase::idle) enter(Phase::reading, limits_.header_timeout);
      if (!starts_like_a_method(have.front())) co_return Read::broken;
      const auto end = have.find("\r\n\r\n", searched);
      if (end != std::string_view::npos) {
        header_begin_ = begin_;
        header_end_ = begin_ = begin_ + end + 4;
        if (header_end_ - header_begin_ > limits_.header_bytes) co_return Read::too_large;
        co_return Read::header;
      }
      if (have.find("\n\n", searched) != std::string_view::npos) co_return Read::broken;
      searched = have.size() > 3 ? have.size() - 3 : 0;
    }
    if (!make_room()) co_return Read::too_large;
    error_code error;
    const auto space = asio::buffer(in_.data() + end_, in_.size() - end_);
    const std::size_t count = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    end_ += count;
    if (!error || came_in_time()) continue;
    if (timed_out_ && begin_ < end_) co_return Read::timeout;
    co_return Read::closed;
  }
}

// A request that came just before an idle connection's end would be lost with it.
bool Connection::came_in_time() {
  error_code error;
  if (!timed_out_ || phase_ != Phase::idle || socket_.available(error) == 0 || error) return false;
  timed_out_ = false;
  enter(Phase::reading, limits_.header_timeout);
  return true;
}

void Connection::put_back(std::string_view bytes) {
  in_.assign(bytes);
  begin_ = 0;
  end_ = bytes.size();
}

asio::awaitable<std::size_t> Connection::read_some(char* buffer, std::size_t size, std::chrono::milliseconds patience) {
  enter(Phase::reading, patience);
  error_code error;
  const auto space = asio::buffer(buffer, size);
  const std::size_t count = co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  if (error && !timed_out_) peer_gone_ = true;
  phase_ = Phase::working;
  work_began_ = base::SteadyClock::now();
  co_return error ? 0 : count;
}

std::ptrdiff_t Connection::write_now(std::string_view first, std::string_view second) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(first), asio::buffer(second)};
  error_code error;
  const std::size_t count = socket_.write_some(buffers, error);
  if (error == asio::error::would_block || error == asio::error::try_again) return 0;
  return error ? -1 : static_cast<std::ptrdiff_t>(count);
}

asio::awaitable<bool> Connection::write(std::string_view first, std::string_view second) {
  const Phase before = phase_;
  while (!first.empty() || !second.empty()) {
    const std::ptrdiff_t count = write_now(first, second);
    if (count < 0) co_return false;
    const auto from_first = std::min(first.size(), static_cast<std::size_t>(count));
    first.remove_prefix(from_first);
    second.remove_prefix(static_cast<std::size_t>(count) - from_first);
    if (first.empty() && second.empty()) break;
    enter(Phase::writing, limits_.write_timeout);
    error_code error;
    co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
  }
  phase_ = before;
  co_return true;
}

void Connection::begin_work(loop::Cancellation& work) {
  work_ = &work;
  phase_ = Phase::working;
  work_began_ = base::SteadyClock::now();
}

void Connection::end_work() { work_ = nullptr; }

void Connection::cancel_work() {
  if (work_) work_->cancel();
}

void Connection::on_tick(base::SteadyClock::time_point now) {
  if (phase_ == Phase::working) {
    // Quick work is over before the first look.
    if (!work_ || now - work_began_ < 2 * loop::tick) return;
    pollfd look{socket_.native_handle(), POLLRDHUP, 0};
    if (::poll(&look, 1, 0) <= 0 || (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0) return on_quiet(now);
    peer_gone_ = true;
    work_->cancel();
  } else if (now > phase_ends_ && !timed_out_) {
    timed_out_ = true;
    error_code ignored;
    socket_.cancel(ignored);
  }
}

void Connection::interrupt() {
  interrupted_ = true;
  // A request may be on its way already: it is answered, and told that the connection ends.
  if (phase_ == Phase::idle) phase_ends_ = std::min(phase_ends_, base::SteadyClock::now() + last_request_patience);
}

asio::awaitable<void> Connection::linger() {
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  if (error) co_return;
  timed_out_ = false;
  enter(Phase::reading, linger_patience);
  std::string waste(16 * 1024, '\0');
  for (std::size_t total = 0; total < linger_bytes;) {
    const auto space = asio::buffer(waste);
    total += co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
  }
}

void Connection::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace http
