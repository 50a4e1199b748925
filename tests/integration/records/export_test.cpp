// Export: every record once, from one snapshot, in messages of bounded size.
#include "deployment.hpp"

#include "support/catch.hpp"

#include <algorithm>

namespace {

/// What a client without settings of its own takes as one message.
constexpr std::size_t default_most_bytes = 4 * 1024 * 1024;

v1::ExportRequest export_of(const std::string& owner, v1::Sort sort = v1::SORT_UNSPECIFIED) {
  v1::ExportRequest request;
  request.mutable_filter()->set_owner(owner);
  request.set_sort(sort);
  return request;
}

std::vector<v1::Record> create_many(Deployment& deployment, const std::string& owner, int count, const std::string& description) {
  std::vector<v1::Record> made;
  v1::BatchCreateRequest request;
  for (int i = 0; i < count; ++i) {
    *request.add_requests()->mutable_record() = draft(owner, "row " + std::to_string(i % 10), v1::STATUS_ACTIVE, description);
    if (request.requests_size() < 100 && i + 1 < count) continue;
    auto outcome = deployment.call(&v1::RecordsService::Stub::BatchCreate, request);
    REQUIRE(outcome.status.ok());
    for (auto& item : *outcome.response.mutable_outcomes()) made.push_back(std::move(*item.mutable_created()->mutable_record()));
    request.Clear();
  }
  return made;
}

/// The messages of a whole export.
std::vector<v1::ExportResponse> run(Deployment& deployment, const v1::ExportRequest& request) {
  Context context;
  deployment.add_position(context);
  const auto reader = deployment.stub().Export(&context, request);
  std::vector<v1::ExportResponse> messages;
  for (v1::ExportResponse message; reader->Read(&message);) messages.push_back(std::move(message));
  const grpc::Status status = reader->Finish();
  if (!status.ok()) FAIL(status.error_code() << ": " << status.error_message());
  return messages;
}

std::vector<v1::Record> records_of(const std::vector<v1::ExportResponse>& messages) {
  std::vector<v1::Record> all;
  for (const auto& message : messages) all.insert(all.end(), message.records().begin(), message.records().end());
  return all;
}

}  // namespace

TEST_CASE("an export holds every matching record once, whole, in order, and no message more than a thousand") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto made = create_many(deployment, owner, 2345, "words");
  create_many(deployment, deployment.make_owner(), 3, "of another owner");
  const auto messages = run(deployment, export_of(owner));
  const auto all = records_of(messages);
  REQUIRE(all.size() == made.size());
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(same(all[i], made[i]));
  for (const auto& message : messages) {
    CHECK(message.records_size() >= 1);
    CHECK(message.records_size() <= 1000);
  }
}

TEST_CASE("an export follows its sort across messages") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto made = create_many(deployment, owner, 1200, "");
  auto expected = made;
  std::ranges::sort(expected,
                    [](const v1::Record& a, const v1::Record& b) { return std::pair(a.title(), a.id()) > std::pair(b.title(), b.id()); });
  const auto all = records_of(run(deployment, export_of(owner, v1::SORT_TITLE_DESC)));
  REQUIRE(all.size() == expected.size());
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i].id() == expected[i].id());
}

TEST_CASE("messages stay small enough for any client, however long the records are") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto made = create_many(deployment, owner, 400, repeat("中", 10'000));
  const auto messages = run(deployment, export_of(owner));
  CHECK(records_of(messages).size() == made.size());
  for (const auto& message : messages) CHECK(message.ByteSizeLong() <= default_most_bytes / 2);
}

TEST_CASE("a filter holds for an export as for a page; where nothing matches there is no message") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const v1::Record wanted = deployment.create(draft(owner, "needle", v1::STATUS_DONE));
  deployment.create(draft(owner, "needle", v1::STATUS_ACTIVE));
  deployment.create(draft(owner, "hay", v1::STATUS_DONE));
  v1::ExportRequest request = export_of(owner);
  request.mutable_filter()->set_q("NEEDLE");
  request.mutable_filter()->set_status(v1::STATUS_DONE);
  const auto all = records_of(run(deployment, request));
  REQUIRE(all.size() == 1);
  CHECK(same(all[0], wanted));
  request.mutable_filter()->set_q("nothing");
  CHECK(run(deployment, request).empty());
}

TEST_CASE("an export shows the moment it began, whatever is written while it runs") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  // More than what fits into the buffers on the way.
  const auto made = create_many(deployment, owner, 3000, repeat("x", 2000));
  Context context;
  deployment.add_position(context);
  const auto reader = deployment.stub().Export(&context, export_of(owner));
  v1::ExportResponse message;
  REQUIRE(reader->Read(&message));
  std::vector<v1::Record> all(message.records().begin(), message.records().end());
  v1::UpdateRequest update;
  update.set_id(made[2999].id());
  update.set_title("changed");
  REQUIRE(deployment.call(&v1::RecordsService::Stub::Update, update).status.ok());
  v1::DeleteRequest removal;
  removal.set_id(made[2998].id());
  REQUIRE(deployment.call(&v1::RecordsService::Stub::Delete, removal).status.ok());
  deployment.create(owner, "new");
  while (reader->Read(&message)) all.insert(all.end(), message.records().begin(), message.records().end());
  REQUIRE(reader->Finish().ok());
  REQUIRE(all.size() == made.size());
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(same(all[i], made[i]));
}

TEST_CASE("callers that leave an export early take nothing with them") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  create_many(deployment, owner, 1500, repeat("x", 2000));
  for (int i = 0; i < 40; ++i) {
    Context context;
    deployment.add_position(context);
    const auto reader = deployment.stub().Export(&context, export_of(owner));
    v1::ExportResponse message;
    if (i % 2 == 0) CHECK(reader->Read(&message));
    context.TryCancel();
    CHECK(reader->Finish().error_code() == grpc::StatusCode::CANCELLED);
  }
  CHECK(records_of(run(deployment, export_of(owner))).size() == 1500);
}
