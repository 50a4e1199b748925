// ClusterService beside the analytics service.
#include "deployment.hpp"

#include "support/catch.hpp"

namespace topology = cluster::v1;

TEST_CASE("the topology call answers with the nodes, exactly one of them primary") {
  Deployment deployment;
  const auto stub = topology::ClusterService::NewStub(deployment.channel());
  REQUIRE(deployment.ask(v1::ENGINE_SQL).status.ok());  // by now the nodes have been checked
  grpc::ClientContext context;
  topology::GetTopologyResponse response;
  REQUIRE(stub->GetTopology(&context, {}, &response).ok());
  CHECK(response.dialect() == (Deployment::on_cluster() ? "postgresql" : "sqlite"));
  CHECK(response.version() == RECORDS_VERSION);
  CHECK(response.checked_at().seconds() > 0);
  int primaries = 0;
  for (const auto& node : response.nodes()) primaries += node.role() == topology::ROLE_PRIMARY;
  CHECK(primaries == 1);
}
