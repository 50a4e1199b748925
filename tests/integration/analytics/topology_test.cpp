// ClusterService beside the analytics service.
#include "deployment.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <cstdlib>

namespace topology = cluster::v1;

namespace {

topology::GetTopologyResponse ask(Deployment& deployment) {
  const auto stub = topology::ClusterService::NewStub(deployment.channel());
  grpc::ClientContext context;
  topology::GetTopologyResponse response;
  REQUIRE(stub->GetTopology(&context, {}, &response).ok());
  return response;
}

int count(const topology::GetTopologyResponse& response, topology::Role role) {
  return static_cast<int>(std::ranges::count(response.nodes(), role, &topology::Node::role));
}

/// Every node has been checked once.
topology::GetTopologyResponse checked(Deployment& deployment) {
  const auto until = base::SteadyClock::now() + std::chrono::seconds(20);
  for (;;) {
    auto response = ask(deployment);
    if (count(response, topology::ROLE_UNSPECIFIED) == 0) return response;
    REQUIRE(base::SteadyClock::now() < until);
  }
}

}  // namespace

TEST_CASE("the topology call answers with the nodes, exactly one of them primary") {
  Deployment deployment;
  const auto response = checked(deployment);
  // Whoever stands between says which one the cluster then seems to be.
  const char* const seeming = std::getenv("TEST_DIALECT");
  CHECK(response.dialect() == (!Deployment::on_cluster() ? "sqlite" : seeming ? seeming : "postgresql"));
  CHECK(response.version() == RECORDS_VERSION);
  CHECK(response.checked_at().seconds() > 0);
  CHECK(count(response, topology::ROLE_PRIMARY) == 1);
}

TEST_CASE("figures are read on a standby where there is one, and the primary is left alone", "[cluster]") {
  Deployment deployment;
  const bool has_standby = count(checked(deployment), topology::ROLE_STANDBY) > 0;
  for (int i = 0; i < 5; ++i) REQUIRE(deployment.ask(v1::ENGINE_SQL).status.ok());
  const auto response = ask(deployment);
  for (const auto& node : response.nodes())
    if (node.role() == topology::ROLE_PRIMARY) CHECK((node.pool().size() > 0) == !has_standby);
}
