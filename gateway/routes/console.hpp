// The server-rendered console at / and /console/…: between HTTP and ConsoleSite, and between ConsoleSite and the services. Called through
// the table in routes.cpp.
#pragma once

#include "http/router.hpp"
#include "routes/clients.hpp"

namespace routes {

class Console {
 public:
  explicit Console(Clients& clients) : clients_(clients) {}

  /// Any page, asset or form of the console.
  boost::asio::awaitable<http::Response> serve(http::Request& request);

 private:
  Clients& clients_;
};

}  // namespace routes
