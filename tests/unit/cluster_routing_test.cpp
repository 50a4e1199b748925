#include "cluster/routing.hpp"

#include "support/catch.hpp"

using namespace cluster;

namespace {

NodeState node(Role role, std::uint64_t lsn, std::int64_t lag = 0) {
  return {.role = role, .lsn = lsn, .replay_lag_bytes = lag, .timeline = 1};
}

/// One primary at 100; two standbys, the second of them behind.
Snapshot usual() { return {.nodes = {node(Role::primary, 100), node(Role::standby, 100, 0), node(Role::standby, 90, 10)}}; }

}  // namespace

TEST_CASE("writes and strong reads go to the primary, wherever it is") {
  Snapshot cluster = usual();
  CHECK(choose(cluster, Intent::write, {0}, 0) == 0u);
  CHECK(choose(cluster, Intent::read_strong, {0}, 5) == 0u);
  std::swap(cluster.nodes[0], cluster.nodes[2]);
  CHECK(choose(cluster, Intent::write, {0}, 0) == 2u);
}

TEST_CASE("reads go to the standby that lags least") {
  for (std::size_t turn = 0; turn < 4; ++turn) {
    CHECK(choose(usual(), Intent::read_session, {0}, turn) == 1u);
    CHECK(choose(usual(), Intent::read_eventual, {0}, turn) == 1u);
  }
}

TEST_CASE("standbys that lag equally take turns") {
  Snapshot cluster = usual();
  cluster.nodes[2] = node(Role::standby, 100, 0);
  CHECK(choose(cluster, Intent::read_session, {0}, 0) == 1u);
  CHECK(choose(cluster, Intent::read_session, {0}, 1) == 2u);
  CHECK(choose(cluster, Intent::read_session, {0}, 2) == 1u);
}

TEST_CASE("a reader never gets a node that has not replayed what it has seen") {
  Snapshot cluster = usual();
  CHECK(choose(cluster, Intent::read_session, {100}, 0) == 1u);
  CHECK(choose(cluster, Intent::read_session, {101}, 0) == 0u);
  cluster.nodes[1].role = Role::unreachable;
  CHECK(choose(cluster, Intent::read_session, {91}, 0) == 0u);
  CHECK(choose(cluster, Intent::read_session, {90}, 0) == 2u);
  CHECK(choose(cluster, Intent::read_eventual, {1000}, 0) == 2u);
}

TEST_CASE("without standbys the primary reads; without anything nothing does") {
  Snapshot cluster = usual();
  cluster.nodes[1].role = Role::unreachable;
  cluster.nodes[2].role = Role::unknown;
  CHECK(choose(cluster, Intent::read_session, {0}, 3) == 0u);
  CHECK(choose(cluster, Intent::read_eventual, {0}, 3) == 0u);
  cluster.nodes[0].role = Role::unreachable;
  for (const Intent intent : {Intent::write, Intent::read_strong, Intent::read_session, Intent::read_eventual})
    CHECK_FALSE(choose(cluster, intent, {0}, 0));
  CHECK_FALSE(choose(Snapshot{}, Intent::read_eventual, {0}, 0));
}

TEST_CASE("without a primary nothing is written, and reads go on where the position allows") {
  Snapshot cluster = usual();
  cluster.nodes[0].role = Role::unreachable;
  CHECK_FALSE(choose(cluster, Intent::write, {0}, 0));
  CHECK_FALSE(choose(cluster, Intent::read_strong, {0}, 0));
  CHECK(choose(cluster, Intent::read_session, {100}, 0) == 1u);
  CHECK_FALSE(choose(cluster, Intent::read_session, {101}, 0));
}

TEST_CASE("of two that call themselves primary the one promoted last counts") {
  Snapshot cluster{.nodes = {node(Role::primary, 100), node(Role::primary, 50)}};
  cluster.nodes[1].timeline = 2;
  CHECK(choose(cluster, Intent::write, {0}, 0) == 1u);
  CHECK(choose(cluster, Intent::read_strong, {0}, 0) == 1u);
}

TEST_CASE("a primary that has missed a promotion is none, even while the new one cannot be seen") {
  Snapshot cluster{.nodes = {node(Role::primary, 100), node(Role::unreachable, 0), node(Role::standby, 100)}, .timeline = 2};
  CHECK_FALSE(choose(cluster, Intent::write, {0}, 0));
  CHECK_FALSE(choose(cluster, Intent::read_strong, {0}, 0));
  CHECK(choose(cluster, Intent::read_eventual, {0}, 0) == 2u);
  cluster.nodes[2].timeline = 2;
  cluster.nodes[2].role = Role::primary;
  CHECK(choose(cluster, Intent::write, {0}, 0) == 2u);
}

TEST_CASE("a standby of an earlier timeline answers nobody who asks for a position") {
  Snapshot cluster{.nodes = {node(Role::primary, 80), node(Role::standby, 100)}, .timeline = 2};
  cluster.nodes[0].timeline = 2;
  CHECK(choose(cluster, Intent::read_session, {70}, 0) == 0u);
  CHECK(choose(cluster, Intent::read_session, {0}, 0) == 1u);
  cluster.nodes[1].timeline = 2;
  CHECK(choose(cluster, Intent::read_session, {70}, 0) == 1u);
}

TEST_CASE("a position of a timeline that is news to us is no node's of an earlier one, however far that has got") {
  Snapshot cluster{.nodes = {node(Role::primary, 100), node(Role::standby, 100)}, .timeline = 1};
  CHECK(choose(cluster, Intent::read_session, {70, 1}, 0) == 1u);
  CHECK_FALSE(choose(cluster, Intent::read_session, {70, 2}, 0));
  CHECK(choose(cluster, Intent::read_eventual, {70, 2}, 0) == 1u);
  cluster.nodes[0].timeline = 2;
  CHECK(choose(cluster, Intent::read_session, {70, 2}, 0) == 0u);
  cluster.nodes[1].timeline = 2;
  CHECK(choose(cluster, Intent::read_session, {70, 2}, 0) == 1u);
}

TEST_CASE("a strong read asks for the timeline of its position, wherever that has got") {
  Snapshot cluster{.nodes = {node(Role::primary, 100), node(Role::standby, 100)}, .timeline = 1};
  CHECK(choose(cluster, Intent::read_strong, {170, 1}, 0) == 0u);
  CHECK_FALSE(choose(cluster, Intent::read_strong, {70, 2}, 0));
  CHECK(choose(cluster, Intent::write, {70, 2}, 0) == 0u);
  cluster.nodes[0].timeline = 2;
  CHECK(choose(cluster, Intent::read_strong, {170, 2}, 0) == 0u);
}

TEST_CASE("a timeline is gone when every node was asked since and none is on it") {
  const base::SteadyClock::time_point since{std::chrono::seconds(10)};
  Snapshot cluster = usual();
  cluster.timeline = 1;
  for (NodeState& node : cluster.nodes) node.asked_at = since;
  CHECK(is_gone(2, cluster, since));
  CHECK_FALSE(is_gone(1, cluster, since));
  CHECK_FALSE(is_gone(0, cluster, since));
  for (const Role role : {Role::unknown, Role::unreachable}) {
    cluster.nodes[2].role = role;
    CHECK_FALSE(is_gone(2, cluster, since));
  }
  cluster.nodes[2].role = Role::standby;
  cluster.nodes[0].asked_at -= std::chrono::nanoseconds(1);
  CHECK_FALSE(is_gone(2, cluster, since));
}

TEST_CASE("a primary that refuses writes gets none, but may be read") {
  Snapshot cluster{.nodes = {node(Role::primary, 100)}};
  cluster.nodes[0].read_only = true;
  CHECK_FALSE(choose(cluster, Intent::write, {0}, 0));
  CHECK(choose(cluster, Intent::read_strong, {0}, 0) == 0u);
  CHECK(choose(cluster, Intent::read_session, {100}, 0) == 0u);
}
