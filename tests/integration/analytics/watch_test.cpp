// WatchCounts: the counts at once, again with each change, to everyone who watches, until they leave or the service stops.
#include "deployment.hpp"

#include "rpc/status.hpp"
#include "support/catch.hpp"

#include <functional>

using records::Status;

namespace {

/// One open WatchCounts call.
struct Watching {
  explicit Watching(Deployment& deployment, int owner_limit = 0) {
    v1::WatchCountsRequest request;
    request.set_owner_limit(owner_limit);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    reader = deployment.analytics().WatchCounts(&context, request);
  }
  ~Watching() {
    if (!reader) return;
    context.TryCancel();
    v1::WatchCountsResponse rest;
    while (reader->Read(&rest)) {
    }
    reader->Finish();
  }

  v1::WatchCountsResponse next() {
    v1::WatchCountsResponse counts;
    REQUIRE(reader->Read(&counts));
    return counts;
  }

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchCountsResponse>> reader;
};

std::int64_t status_of(const v1::WatchCountsResponse& counts, const std::string& status) {
  for (const auto& each : counts.status_counts())
    if (each.status() == status) return each.count();
  return -1;
}

void until(const std::function<bool()>& done) {
  const auto end = base::SteadyClock::now() + std::chrono::seconds(20);
  while (!done()) REQUIRE(base::SteadyClock::now() < end);
}

}  // namespace

TEST_CASE("a watcher gets the counts, and then each change") {
  Deployment deployment;
  const std::string owner = contract::unique("watched");
  Watching watching(deployment);
  const auto first = watching.next();
  CHECK(first.status_counts_size() == 4);
  const auto made = deployment.create({{.title = "t", .owner = owner, .status = Status::active}});
  const auto second = watching.next();
  CHECK(second.total() == first.total() + 1);
  CHECK(status_of(second, "active") == status_of(first, "active") + 1);
  CHECK(second.owners_total() == first.owners_total() + 1);
  deployment.change(made[0].id, {.status = Status::done});
  const auto third = watching.next();
  CHECK(third.total() == second.total());
  CHECK(status_of(third, "active") == status_of(first, "active"));
  CHECK(status_of(third, "done") == status_of(first, "done") + 1);
}

TEST_CASE("a change that leaves the counts alone is not sent") {
  Deployment deployment;
  const auto made = deployment.create({{.title = "t", .owner = contract::unique("quiet")}});
  Watching watching(deployment);
  auto counts = watching.next();
  const auto all = *deployment.ask(v1::ENGINE_SQL).summary;
  while (counts.total() != all.total()) counts = watching.next();  // a standby may show the record a moment later
  for (int i = 0; i < 5; ++i) deployment.change(made[0].id, {.title = "other " + std::to_string(i)});
  deployment.create({{.title = "u", .owner = made[0].owner}});
  // The very next message is the new record.
  CHECK(watching.next().total() == all.total() + 1);
}

TEST_CASE("everyone who watches gets a change, each with as many owners as asked for") {
  Deployment deployment;
  deployment.create({{.title = "t", .owner = contract::unique("one")},
                     {.title = "t", .owner = contract::unique("two")},
                     {.title = "t", .owner = contract::unique("three")}});
  Watching narrow(deployment, 1), wide(deployment, 3), usual(deployment);
  const auto all = *deployment.ask(v1::ENGINE_SQL).summary;
  for (Watching* watching : {&narrow, &wide, &usual}) {
    auto counts = watching->next();
    while (counts.total() != all.total()) counts = watching->next();
  }
  deployment.create({{.title = "t", .owner = contract::unique("four")}});
  const auto from_narrow = narrow.next(), from_wide = wide.next(), from_usual = usual.next();
  for (const auto* counts : {&from_narrow, &from_wide, &from_usual}) CHECK(counts->total() == all.total() + 1);
  CHECK(from_narrow.owner_counts_size() == 1);
  CHECK(from_wide.owner_counts_size() == 3);
  CHECK(from_usual.owner_counts_size() >= 4);
  CHECK(from_narrow.owners_total() == from_usual.owners_total());
  CHECK(from_narrow.other_owners_count() == from_narrow.total() - from_narrow.owner_counts(0).count());
}

TEST_CASE("a watcher who leaves is forgotten") {
  Deployment deployment;
  {
    Watching one(deployment), two(deployment);
    one.next(), two.next();
    CHECK(deployment.watchers() == 2);
    one.context.TryCancel();
    until([&] { return deployment.watchers() == 1; });
    deployment.create({{.title = "t", .owner = contract::unique("still")}});
    two.next();
  }
  until([&] { return deployment.watchers() == 0; });
}

TEST_CASE("when the service stops, watchers are told to come again") {
  Deployment deployment;
  Watching watching(deployment);
  watching.next();
  deployment.stop_live();
  v1::WatchCountsResponse rest;
  while (watching.reader->Read(&rest)) {
  }
  const grpc::Status status = watching.reader->Finish();
  watching.reader.reset();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message() == "the service is stopping");
}

TEST_CASE("a bad owner_limit is refused") {
  Deployment deployment;
  for (const int limit : {-1, 10'001}) {
    Watching watching(deployment, limit);
    v1::WatchCountsResponse none;
    CHECK_FALSE(watching.reader->Read(&none));
    const base::Error error = rpc::from_grpc(watching.reader->Finish());
    watching.reader.reset();
    CHECK(error.code == base::Code::invalid_argument);
    REQUIRE(error.fields.size() == 1);
    CHECK(error.fields[0].field == "owner_limit");
  }
}
