// The one table of everything the gateway answers. Made by main.cpp, one a loop, on that loop's clients.
#pragma once

#include "http/router.hpp"
#include "routes/analytics.hpp"
#include "routes/assets.hpp"
#include "routes/clients.hpp"
#include "routes/console.hpp"
#include "routes/exchange.hpp"
#include "routes/health.hpp"
#include "routes/metrics.hpp"
#include "routes/records.hpp"

#include <memory>

namespace routes {

class Routes {
 public:
  /// All of these outlive it. `counters` are those of every loop; `draining` turns true when the gateway goes down.
  Routes(Clients& clients, const Assets& assets, const std::vector<loop::Counters*>& counters, const bool& draining);

  const http::Router& router() const { return *router_; }

 private:
  std::vector<http::Route> table();

  const Assets& assets_;
  Records records_;
  Exchange exchange_;
  Analytics analytics_;
  Health health_;
  Metrics metrics_;
  Console console_;
  std::unique_ptr<http::Router> router_;
};

}  // namespace routes
