// List over the wire: filters, orders, skip and keyset paging, exact totals.
#include "deployment.hpp"

#include "rpc/proto_time.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <set>

using Stub = v1::RecordsService::Stub;
using Records = std::vector<v1::Record>;

namespace {

constexpr v1::Sort sorts[] = {v1::SORT_UNSPECIFIED,     v1::SORT_ID,         v1::SORT_ID_DESC,         v1::SORT_CREATED_AT,
                              v1::SORT_CREATED_AT_DESC, v1::SORT_UPDATED_AT, v1::SORT_UPDATED_AT_DESC, v1::SORT_TITLE,
                              v1::SORT_TITLE_DESC};

/// The contract's order, from its words: by the key, then by id in the same direction.
bool precedes(const v1::Record& a, const v1::Record& b, v1::Sort sort) {
  const auto by = [&](auto key) { return std::pair(key(a), a.id()) < std::pair(key(b), b.id()); };
  const auto created = [](const v1::Record& r) { return rpc::get_time(r.created_at()); };
  const auto updated = [](const v1::Record& r) { return rpc::get_time(r.updated_at()); };
  switch (sort) {
    case v1::SORT_ID_DESC:
      return a.id() > b.id();
    case v1::SORT_CREATED_AT:
      return by(created);
    case v1::SORT_CREATED_AT_DESC:
      return precedes(b, a, v1::SORT_CREATED_AT);
    case v1::SORT_UPDATED_AT:
      return by(updated);
    case v1::SORT_UPDATED_AT_DESC:
      return precedes(b, a, v1::SORT_UPDATED_AT);
    case v1::SORT_TITLE:
      return by([](const v1::Record& r) { return r.title(); });
    case v1::SORT_TITLE_DESC:
      return precedes(b, a, v1::SORT_TITLE);
    default:
      return a.id() < b.id();
  }
}

std::vector<std::int64_t> ids(const auto& records) {
  std::vector<std::int64_t> all;
  for (const v1::Record& record : records) all.push_back(record.id());
  return all;
}

std::vector<std::int64_t> sorted_ids(Records records, v1::Sort sort) {
  std::ranges::sort(records, [&](const v1::Record& a, const v1::Record& b) { return precedes(a, b, sort); });
  return ids(records);
}

/// Eleven records whose orders by id, title and update differ, with equal titles among them.
Records make_some(Deployment& deployment, const std::string& owner) {
  Records made;
  for (const char* const title : {"pear", "Apple", "pear", "中文", "apple", "pear", "zebra", "Zebra", "apple", "é", "fig"})
    made.push_back(deployment.create(owner, title));
  for (const std::size_t i : {7u, 2u, 5u}) {
    v1::UpdateRequest request;
    request.set_id(made[i].id());
    request.set_description("touched");
    const auto outcome = deployment.call(&Stub::Update, request);
    REQUIRE(outcome.status.ok());
    made[i] = outcome.response.record();
  }
  return made;
}

std::set<std::string> titles_with(Deployment& deployment, v1::ListRequest request) {
  const auto page = deployment.list(request);
  std::set<std::string> titles;
  for (const auto& record : page.items()) titles.insert(record.title());
  CHECK(page.total() == static_cast<std::int64_t>(titles.size()));
  return titles;
}

}  // namespace

TEST_CASE("a page holds whole records in the order asked for") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const Records made = make_some(deployment, owner);
  for (const v1::Sort sort : sorts) {
    CAPTURE(v1::Sort_Name(sort));
    v1::ListRequest request = list_of(owner);
    request.set_sort(sort);
    const auto page = deployment.list(request);
    CHECK(ids(page.items()) == sorted_ids(made, sort));
    CHECK(page.total() == 11);
    CHECK(page.next_page_token().empty());
    for (const auto& item : page.items()) CHECK(same(item, *std::ranges::find(made, item.id(), &v1::Record::id)));
  }
}

TEST_CASE("page tokens lead through all records once, each page with the exact total") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  const Records made = make_some(deployment, owner);
  for (const v1::Sort sort : sorts) {
    CAPTURE(v1::Sort_Name(sort));
    v1::ListRequest request = list_of(owner, 3);
    request.set_sort(sort);
    Records walked;
    for (const int expected : {3, 3, 3, 2}) {
      const auto page = deployment.list(request);
      CHECK(page.items_size() == expected);
      CHECK(page.total() == 11);
      CHECK(page.next_page_token().empty() == (expected == 2));
      walked.insert(walked.end(), page.items().begin(), page.items().end());
      request.set_page_token(page.next_page_token());
    }
    CHECK(ids(walked) == sorted_ids(made, sort));
  }
}

TEST_CASE("a walk neither repeats nor misses a record while others come and go, and its totals follow") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  Records made;
  for (int i = 0; i < 9; ++i) made.push_back(deployment.create(owner));
  v1::ListRequest request = list_of(owner, 4);
  const auto first = deployment.list(request);
  v1::DeleteRequest removal;
  removal.set_id(made[3].id());  // the one the token names
  REQUIRE(deployment.call(&Stub::Delete, removal).status.ok());
  const v1::Record newest = deployment.create(owner);
  request.set_page_token(first.next_page_token());
  const auto second = deployment.list(request);
  CHECK(second.total() == 9);
  CHECK(ids(second.items()) == ids(Records(made.begin() + 4, made.begin() + 8)));
  request.set_page_token(second.next_page_token());
  const auto last = deployment.list(request);
  CHECK(ids(last.items()) == std::vector{made[8].id(), newest.id()});
  CHECK(last.next_page_token().empty());
}

TEST_CASE("filters hold each and together") {
  Deployment deployment;
  const std::string owner = deployment.make_owner(), other = deployment.make_owner();
  deployment.create(draft(owner, "Quarterly report", v1::STATUS_ACTIVE));
  deployment.create(draft(owner, "backup 100%", v1::STATUS_ACTIVE, "see the QUARTERLY plan"));
  deployment.create(draft(owner, "backup 100", v1::STATUS_DONE));
  deployment.create(draft(owner, "审核 Ärger", v1::STATUS_ARCHIVED));
  deployment.create(draft(other, "Quarterly too", v1::STATUS_ACTIVE));
  using Titles = std::set<std::string>;
  const auto with = [&](const char* q, v1::Status status = v1::STATUS_UNSPECIFIED) {
    v1::ListRequest request = list_of(owner);
    if (q) request.mutable_filter()->set_q(q);
    request.mutable_filter()->set_status(status);
    return titles_with(deployment, request);
  };
  CHECK(with("quarterly") == Titles{"Quarterly report", "backup 100%"});
  CHECK(with("0%") == Titles{"backup 100%"});
  CHECK(with("ärger") == Titles{"审核 Ärger"});
  CHECK(with("审核") == Titles{"审核 Ärger"});
  CHECK(with("backup", v1::STATUS_DONE) == Titles{"backup 100"});
  CHECK(with(nullptr, v1::STATUS_ACTIVE) == Titles{"Quarterly report", "backup 100%"});
  CHECK(with(nullptr, v1::STATUS_PENDING).empty());
  CHECK(with("nowhere").empty());
  CHECK(titles_with(deployment, list_of(other)) == Titles{"Quarterly too"});
  CHECK(titles_with(deployment, list_of(owner + "x")).empty());
}

TEST_CASE("skip passes over records, beyond the end there are none, the total stays") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  Records made;
  for (int i = 0; i < 5; ++i) made.push_back(deployment.create(owner));
  const auto page = [&](std::int64_t skip, int limit) {
    v1::ListRequest request = list_of(owner, limit);
    request.set_skip(skip);
    const auto answer = deployment.list(request);
    CHECK(answer.total() == 5);
    return std::pair(ids(answer.items()), !answer.next_page_token().empty());
  };
  CHECK(page(1, 2) == std::pair(std::vector{made[1].id(), made[2].id()}, true));
  CHECK(page(3, 2) == std::pair(std::vector{made[3].id(), made[4].id()}, false));
  CHECK(page(4, 200) == std::pair(std::vector{made[4].id()}, false));
  CHECK(page(5, 1) == std::pair(std::vector<std::int64_t>{}, false));
  CHECK(page(std::numeric_limits<std::int64_t>::max(), 1) == std::pair(std::vector<std::int64_t>{}, false));
}

TEST_CASE("without a limit a page has twenty records, without counting no total") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  v1::BatchCreateRequest request;
  for (int i = 0; i < 21; ++i) *request.add_requests()->mutable_record() = draft(owner);
  REQUIRE(deployment.call(&Stub::BatchCreate, request).status.ok());
  CHECK(deployment.list(list_of(owner, 0)).items_size() == 20);
  CHECK(deployment.list(list_of(owner, 0)).total() == 21);
  v1::ListRequest uncounted = list_of(owner, 20);
  uncounted.set_count(v1::COUNT_NONE);
  const auto page = deployment.list(uncounted);
  CHECK_FALSE(page.has_total());
  CHECK(page.items_size() == 20);
  CHECK_FALSE(page.next_page_token().empty());
}

TEST_CASE("a page token of another query, or none at all, is PAGE_TOKEN_INVALID") {
  Deployment deployment;
  const std::string owner = deployment.make_owner();
  for (int i = 0; i < 3; ++i) deployment.create(owner, "t" + std::to_string(i));
  v1::ListRequest request = list_of(owner, 1);
  request.set_sort(v1::SORT_TITLE);
  const std::string token = deployment.list(request).next_page_token();
  const auto check = [&](const std::string& given, auto change) {
    v1::ListRequest bad = request;
    bad.set_page_token(given);
    change(bad);
    const auto outcome = deployment.call(&Stub::List, bad);
    CHECK(refused_fields(outcome.status) == std::vector<std::string>{"page_token"});
    CHECK(outcome.error().reason == "PAGE_TOKEN_INVALID");
  };
  const auto as_it_is = [](v1::ListRequest&) {};
  for (const std::string& bad : {std::string("x"), std::string("!!!"), token.substr(1), token + "A", repeat("A", 1000)})
    check(bad, as_it_is);
  check(token, [](v1::ListRequest& r) { r.set_sort(v1::SORT_TITLE_DESC); });
  check(token, [](v1::ListRequest& r) { r.mutable_filter()->set_q("t"); });
  check(token, [](v1::ListRequest& r) { r.mutable_filter()->set_status(v1::STATUS_PENDING); });
  check(token, [](v1::ListRequest& r) { r.mutable_filter()->clear_owner(); });
  request.set_page_token(token);
  request.set_limit(200);
  CHECK(deployment.list(request).items_size() == 2);
}
