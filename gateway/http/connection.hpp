// One TCP connection: buffered reading, writing, time limits kept by the loop's coarse clock. Knows nothing of HTTP but where a header
// ends. Base of the session. Loop thread only.
#pragma once

#include "http/limits.hpp"
#include "loop/cancellation.hpp"
#include "loop/loop.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace http {

class Connection : public loop::Ticked {
 protected:
  using Socket = boost::asio::ip::tcp::socket;

  enum class Read { header, closed, timeout, too_large, broken };

  Connection(loop::Loop& loop, Socket socket, const Limits& limits);

  /// Reads on until a whole header stands in the buffer. `header()` is valid until the next `read_header`.
  boost::asio::awaitable<Read> read_header();
  std::string_view header() const { return {in_.data() + header_begin_, header_end_ - header_begin_}; }

  /// What was read beyond the header and not yet used.
  std::string_view unread() const { return std::string_view(in_).substr(begin_, end_ - begin_); }
  void use(std::size_t bytes) { begin_ += bytes; }
  /// Bytes that were read elsewhere but belong to the next request.
  void put_back(std::string_view bytes);

  /// Some bytes into `buffer`; 0 at the end of the connection or of the time (`timed_out()`).
  boost::asio::awaitable<std::size_t> read_some(char* buffer, std::size_t size, std::chrono::milliseconds patience);

  /// Writes both, the second possibly empty; false when the client has gone or takes nothing. At once where the socket has room.
  boost::asio::awaitable<bool> write(std::string_view first, std::string_view second = {});
  /// The same without a coroutine: how many bytes the socket took, or -1 when it is broken.
  std::ptrdiff_t write_now(std::string_view first, std::string_view second);

  /// From here on the handler works; a client that leaves cancels `work`.
  void begin_work(loop::Cancellation& work);
  void end_work();
  void cancel_work();
  /// Called now and then while the handler works and nothing is being written.
  virtual void on_quiet(base::SteadyClock::time_point) {}

  /// Says goodbye so that the client can read the last answer even if it is still sending.
  boost::asio::awaitable<void> linger();
  void close();

  bool timed_out() const { return timed_out_; }
  bool peer_gone() const { return peer_gone_; }
  /// Ends an idle wait soon, and every later one at once.
  void interrupt();

  const Limits& limits() const { return limits_; }
  boost::asio::ip::address peer() const;

 private:
  enum class Phase { idle, reading, working, writing };

  void on_tick(base::SteadyClock::time_point now) final;
  void enter(Phase phase, std::chrono::milliseconds patience);
  bool make_room();
  bool came_in_time();

  Socket socket_;
  const Limits& limits_;
  std::string in_;
  std::size_t begin_ = 0, end_ = 0;  ///< unread bytes of in_
  std::size_t header_begin_ = 0, header_end_ = 0;
  Phase phase_ = Phase::working;  ///< no time limit before the first read
  base::SteadyClock::time_point phase_ends_{};
  base::SteadyClock::time_point work_began_{};
  loop::Cancellation* work_ = nullptr;
  bool timed_out_ = false;
  bool peer_gone_ = false;
  bool interrupted_ = false;
};

}  // namespace http
