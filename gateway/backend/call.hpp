// What goes with every call to a service besides the request itself. Filled by the routes, read by the clients.
#pragma once

#include "backend/service_watch.hpp"
#include "base/error.hpp"
#include "base/position.hpp"
#include "base/time.hpp"
#include "loop/cancellation.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace backend {

template <class T>
using Reply = boost::asio::awaitable<base::Result<T>>;

/// Where a read may be answered.
enum class Consistency : std::uint8_t {
  session,   ///< where everything is known that this gateway or the client has written
  strong,    ///< by the primary
  eventual,  ///< by any standby
};

struct CallOptions {
  base::Deadline deadline{};
  std::string traceparent;
  std::string_view client;  ///< whose turn it is where calls wait; valid until the answer
  base::Position position;  ///< of the client's own token
  Consistency consistency = Consistency::session;
  loop::Cancellation* cancellation = nullptr;  ///< may be absent
  /// While the service is away the call waits for it, for as long as the watch has patience, instead of failing at once.
  bool patient = true;
  /// Set by the clients whose calls can wait: what they wait for; null: nothing.
  const ServiceWatch* waits_for = nullptr;

  CallOptions waiting_for(const ServiceWatch& service) const {
    CallOptions options = *this;
    options.waits_for = patient && !service.is_lost() ? &service : nullptr;
    return options;
  }
};

/// A stream of answers, read one by one: the service is read no faster than `next` is called. Loop thread only.
template <class Message>
class Incoming {
 public:
  /// Gives the call up, if it has not ended.
  virtual ~Incoming() = default;
  /// The next message, valid until the next call; null at the end. After null or an error: do not call again.
  /// `by`: gives the call up then, DEADLINE_EXCEEDED (UNAVAILABLE for a call that waits for its service); for the first message of a stream
  /// that has no deadline itself.
  virtual Reply<const Message*> next(base::Deadline by = base::Deadline::max()) = 0;
};

template <class Message>
using IncomingPtr = std::unique_ptr<Incoming<Message>>;

}  // namespace backend
