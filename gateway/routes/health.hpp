// /health, /health/live, /health/ready and /cluster: how this gateway, the services and the database nodes are. Called through the table in
// routes.cpp.
#pragma once

#include "backend/cluster_client.hpp"
#include "http/router.hpp"

namespace routes {

class Health {
 public:
  using Answer = boost::asio::awaitable<http::Response>;

  /// `draining` turns true when the gateway goes down: it is no longer ready then.
  Health(backend::ClusterClient& client, const bool& draining) : client_(client), draining_(draining) {}

  /// Everything. 200 where records can be read, though something else may be amiss ("degraded"); 503 otherwise, with the same document.
  Answer all(http::Request& request);
  /// 200 while the program runs at all.
  Answer live(http::Request& request);
  /// 200 where this gateway should be sent requests: the records service answers and sees a database node that does.
  Answer ready(http::Request& request);
  Answer topology(http::Request& request);

 private:
  backend::ClusterClient& client_;
  const bool& draining_;
};

}  // namespace routes
