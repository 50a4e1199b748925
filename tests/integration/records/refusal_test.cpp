// Bad requests: INVALID_ARGUMENT, with every bad field by its name, and nothing done.
#include "deployment.hpp"

#include "support/catch.hpp"

using Stub = v1::RecordsService::Stub;
using Fields = std::vector<std::string>;

namespace {

constexpr auto unknown_status = static_cast<v1::Status>(99);
constexpr auto unknown_sort = static_cast<v1::Sort>(99);
constexpr auto unknown_count = static_cast<v1::Count>(99);

v1::CreateRequest creation(const v1::NewRecord& record, const std::string& key = {}) {
  v1::CreateRequest request;
  *request.mutable_record() = record;
  request.set_idempotency_key(key);
  return request;
}

v1::Filter bad_filter() {
  v1::Filter filter;
  filter.set_status(unknown_status);
  filter.set_owner(repeat("o", 101));
  filter.set_q(repeat("q", 201));
  return filter;
}

}  // namespace

TEST_CASE("a creation is refused with all its bad fields") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), long_owner = owner + repeat("o", 100);
  const auto check = [&](const v1::CreateRequest& request, const Fields& fields) {
    CHECK(refused_fields(deployment.call(&Stub::Create, request).status) == fields);
  };
  check(creation(draft(long_owner, "", unknown_status, repeat("d", 10'001)), "\x01"),
        {"description", "idempotency_key", "owner", "status", "title"});
  check({}, {"owner", "title"});
  check(creation(draft(owner, " \t\n")), {"title"});
  check(creation(draft(owner, repeat("t", 201))), {"title"});
  check(creation(draft(owner, std::string("a\0b", 3))), {"title"});
  check(creation(draft("")), {"owner"});
  check(creation(draft(owner, "t", v1::STATUS_ACTIVE, repeat("中", 10'001))), {"description"});
  check(creation(draft(owner, "t", static_cast<v1::Status>(-1))), {"status"});
  check(creation(draft(owner), repeat("k", 256)), {"idempotency_key"});
  check(creation(draft(owner), "schlüssel"), {"idempotency_key"});
  CHECK(deployment.count(owner) == 0);
}

TEST_CASE("limits are counted in characters, and the longest is taken") {
  Deployment deployment;
  std::string owner = deployment.make_owner();
  const v1::Record made = deployment.create(draft(owner, repeat("\xf0\x9f\xa6\x84", 200), v1::STATUS_ACTIVE, repeat("中", 10'000)));
  CHECK(made.title() == repeat("\xf0\x9f\xa6\x84", 200));
  CHECK(made.description() == repeat("中", 10'000));
  CHECK(deployment.call(&Stub::Create, creation(draft(owner), contract::unique(repeat("k", 150)))).status.ok());
}

TEST_CASE("an update is refused with all its bad fields") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  v1::UpdateRequest request;
  request.set_id(0);
  request.set_title("");
  request.set_owner(repeat("o", 101));
  request.set_status(unknown_status);
  request.set_description(repeat("d", 10'001));
  request.set_idempotency_key("\n");
  for (int i = 0; i <= 100; ++i) request.add_expected_versions(i);
  CHECK(refused_fields(deployment.call(&Stub::Update, request).status) ==
        Fields{"description", "expected_versions", "id", "idempotency_key", "owner", "status", "title"});
  v1::UpdateRequest one_bad;
  one_bad.set_id(made.id());
  one_bad.set_title("never");
  one_bad.set_owner(" ");
  CHECK(refused_fields(deployment.call(&Stub::Update, one_bad).status) == Fields{"owner"});
  CHECK(same(deployment.get(made.id()), made));
}

TEST_CASE("a removal is refused with all its bad fields") {
  Deployment deployment;
  v1::DeleteRequest request;
  request.set_id(-5);
  request.set_idempotency_key(repeat("k", 256));
  for (int i = 0; i <= 100; ++i) request.add_expected_versions(i);
  CHECK(refused_fields(deployment.call(&Stub::Delete, request).status) == Fields{"expected_versions", "id", "idempotency_key"});
}

TEST_CASE("a page is refused with all its bad fields") {
  Deployment deployment;
  v1::ListRequest request;
  *request.mutable_filter() = bad_filter();
  request.set_sort(unknown_sort);
  request.set_skip(-1);
  request.set_limit(201);
  request.set_count(unknown_count);
  CHECK(refused_fields(deployment.call(&Stub::List, request).status) == Fields{"count", "limit", "owner", "q", "skip", "sort", "status"});
  const auto check = [&](auto change, const Fields& fields) {
    v1::ListRequest bad;
    change(bad);
    CHECK(refused_fields(deployment.call(&Stub::List, bad).status) == fields);
  };
  check([](v1::ListRequest& r) { r.set_limit(-1); }, {"limit"});
  check([](v1::ListRequest& r) { r.mutable_filter()->set_owner(""); }, {"owner"});
  check([](v1::ListRequest& r) { r.mutable_filter()->set_q(""); }, {"q"});
  check([](v1::ListRequest& r) { r.mutable_filter()->set_q(std::string("\0", 1)); }, {"q"});
  check([](v1::ListRequest& r) { r.set_skip(1), r.set_page_token("x"); }, {"skip"});
}

TEST_CASE("ids must be able to exist, and be neither none nor too many") {
  Deployment deployment;
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    v1::GetRequest get;
    get.set_id(id);
    CHECK(refused_fields(deployment.call(&Stub::Get, get).status) == Fields{"id"});
    v1::BatchGetRequest batch;
    batch.add_ids(1);
    batch.add_ids(id);
    CHECK(refused_fields(deployment.call(&Stub::BatchGet, batch).status) == Fields{"ids"});
  }
  v1::BatchGetRequest batch;
  CHECK(refused_fields(deployment.call(&Stub::BatchGet, batch).status) == Fields{"ids"});
  for (int i = 1; i <= 1001; ++i) batch.add_ids(i);
  CHECK(refused_fields(deployment.call(&Stub::BatchGet, batch).status) == Fields{"ids"});
}

TEST_CASE("a batch of creations is neither empty nor longer than a thousand") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  v1::BatchCreateRequest request;
  CHECK(refused_fields(deployment.call(&Stub::BatchCreate, request).status) == Fields{"requests"});
  for (int i = 0; i <= 1000; ++i) *request.add_requests() = creation(draft(owner));
  CHECK(refused_fields(deployment.call(&Stub::BatchCreate, request).status) == Fields{"requests"});
  CHECK(deployment.count(owner) == 0);
}

TEST_CASE("an export is refused with all its bad fields") {
  Deployment deployment;
  Context context;
  v1::ExportRequest request;
  *request.mutable_filter() = bad_filter();
  request.set_sort(unknown_sort);
  const auto reader = deployment.stub().Export(&context, request);
  v1::ExportResponse message;
  CHECK_FALSE(reader->Read(&message));
  CHECK(refused_fields(reader->Finish()) == Fields{"owner", "q", "sort", "status"});
}

TEST_CASE("what is no consistency token or wish is refused by every kind of call") {
  Deployment deployment;
  const v1::Record made = deployment.create(deployment.make_owner());
  v1::GetRequest get;
  get.set_id(made.id());
  for (const char* const token : {"x", "0/", "/0", "0/0/0", "123456789/0", "0x1/0", "-1/0", "0/1 ", "zz/zz"}) {
    CAPTURE(token);
    CHECK(refused_fields(deployment.call(&Stub::Get, get, {{"x-consistency-token", token}}).status) == Fields{"consistency_token"});
    CHECK(refused_fields(deployment.call(&Stub::List, {}, {{"x-consistency-token", token}}).status) == Fields{"consistency_token"});
  }
  CHECK(refused_fields(deployment.call(&Stub::Get, get, {{"x-consistency", "sometimes"}}).status) == Fields{"x-consistency"});
  Context context;
  context.AddMetadata("x-consistency-token", "x");
  const auto reader = deployment.stub().Export(&context, {});
  CHECK(refused_fields(reader->Finish()) == Fields{"consistency_token"});
}

TEST_CASE("text that is no UTF-8 is refused and not stored") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const auto outcome = deployment.call(&Stub::Create, creation(draft(owner, "caf\xe9")));
  CHECK_FALSE(outcome.status.ok());
  INFO(outcome.status.error_code() << outcome.status.error_message());
  CHECK(deployment.count(owner) == 0);
}
