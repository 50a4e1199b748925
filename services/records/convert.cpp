#include "records/convert.hpp"

#include "base/text.hpp"
#include "rpc/proto_time.hpp"

#include <algorithm>

namespace records {
namespace {

v1::Status to_proto(Status status) { return static_cast<v1::Status>(static_cast<int>(status) + 1); }

/// Nothing for unspecified; an Error for numbers that the contract does not know.
base::Result<std::optional<Status>> from_proto(v1::Status status) {
  if (status == v1::STATUS_UNSPECIFIED) return std::optional<Status>();
  if (!v1::Status_IsValid(status)) return base::invalid("status", "must be one of pending, active, done, archived");
  return std::optional(static_cast<Status>(static_cast<int>(status) - 1));
}

/// The same request under the same key has the same fingerprint. Protobuf writes fields in order of their numbers, and these messages have
/// no maps.
template <class Request>
base::Result<Idempotency> idempotency_of(const char* method, Request request) {
  const std::string key = request.idempotency_key();
  if (key.empty()) return Idempotency{};
  const bool printable = std::ranges::all_of(key, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (key.size() > limits::idempotency_key || !printable)
    return base::invalid("idempotency_key", "must have 1 to 255 printable ASCII characters");
  request.clear_idempotency_key();
  return Idempotency{key, method + std::to_string(base::fnv1a(request.SerializeAsString()))};
}

using Problems = std::vector<base::FieldViolation>;

/// The value; or an empty one, and its problems beside those found before.
template <class T>
T take(base::Result<T> result, Problems& problems) {
  if (result.has_value()) return std::move(result.value());
  const Problems& more = result.error().fields;
  problems.insert(problems.end(), more.begin(), more.end());
  return T{};
}

template <class T>
base::Result<T> checked(T value, Problems problems) {
  if (!problems.empty()) return base::invalid(std::move(problems));
  return value;
}

void check_id(std::int64_t id, Problems& problems) {
  if (id < 1) problems.push_back({"id", "must be at least 1"});
}

base::Result<std::vector<std::int64_t>> versions_of(const google::protobuf::RepeatedField<std::int64_t>& versions) {
  if (versions.size() > 100) return base::invalid("expected_versions", "must be at most 100");
  return std::vector<std::int64_t>(versions.begin(), versions.end());
}

}  // namespace

void to_proto(const Record& record, v1::Record& out) {
  out.set_id(record.id);
  out.set_title(record.title);
  out.set_owner(record.owner);
  out.set_status(to_proto(record.status));
  out.set_description(record.description);
  rpc::set_time(*out.mutable_created_at(), record.created_at);
  rpc::set_time(*out.mutable_updated_at(), record.updated_at);
  out.set_version(record.version);
}

base::Result<void> check_id(std::int64_t id) {
  Problems problems;
  check_id(id, problems);
  if (!problems.empty()) return base::invalid(std::move(problems));
  return {};
}

base::Result<NewRecord> from_proto(const v1::NewRecord& record) {
  NewRecord made{record.title(), record.owner(), Status::pending, record.description()};
  Problems problems = check(made);
  made.status = take(from_proto(record.status()), problems).value_or(Status::pending);
  return checked(std::move(made), std::move(problems));
}

base::Result<Filter> from_proto(const v1::Filter& filter) {
  Filter made;
  if (filter.has_owner()) made.owner = filter.owner();
  if (filter.has_q()) made.q = filter.q();
  Problems problems = check(made);
  made.status = take(from_proto(filter.status()), problems);
  return checked(std::move(made), std::move(problems));
}

base::Result<Sort> from_proto(v1::Sort sort) {
  switch (sort) {
    case v1::SORT_UNSPECIFIED:
    case v1::SORT_ID:
      return Sort{SortKey::id, false};
    case v1::SORT_ID_DESC:
      return Sort{SortKey::id, true};
    case v1::SORT_CREATED_AT:
      return Sort{SortKey::created_at, false};
    case v1::SORT_CREATED_AT_DESC:
      return Sort{SortKey::created_at, true};
    case v1::SORT_UPDATED_AT:
      return Sort{SortKey::updated_at, false};
    case v1::SORT_UPDATED_AT_DESC:
      return Sort{SortKey::updated_at, true};
    case v1::SORT_TITLE:
      return Sort{SortKey::title, false};
    case v1::SORT_TITLE_DESC:
      return Sort{SortKey::title, true};
    default:
      return base::invalid("sort", "is not a known order");
  }
}

base::Result<Selection> from_proto(const v1::ExportRequest& request) {
  Problems problems;
  Selection selection;
  selection.filter = take(from_proto(request.filter()), problems);
  selection.sort = take(from_proto(request.sort()), problems);
  return checked(std::move(selection), std::move(problems));
}

base::Result<ListQuery> from_proto(const v1::ListRequest& request) {
  Problems problems;
  ListQuery query;
  query.filter = take(from_proto(request.filter()), problems);
  query.sort = take(from_proto(request.sort()), problems);
  query.skip = request.skip();
  if (request.limit() != 0) query.limit = request.limit();
  query.count = request.count() != v1::COUNT_NONE;
  if (query.skip < 0) problems.push_back({"skip", "must be at least 0"});
  if (query.limit < 1 || query.limit > limits::page) problems.push_back({"limit", "must be from 1 to 200"});
  if (query.skip > 0 && !request.page_token().empty()) problems.push_back({"skip", "cannot be combined with page_token"});
  if (!v1::Count_IsValid(request.count())) problems.push_back({"count", "must be exact or none"});
  if (!problems.empty() || request.page_token().empty()) return checked(std::move(query), std::move(problems));
  // A token is bound to filter and sort: it can be read only once they are good.
  base::Result<Keyset> after = decode_page_token(request.page_token(), query.filter, query.sort);
  if (after.has_error()) return after.error();
  query.after = std::move(after.value());
  return query;
}

base::Result<Creation> from_proto(const v1::CreateRequest& request) {
  Problems problems;
  Creation creation;
  creation.record = take(from_proto(request.record()), problems);
  creation.idempotency = take(idempotency_of("create ", request), problems);
  return checked(std::move(creation), std::move(problems));
}

base::Result<Update> from_proto(const v1::UpdateRequest& request) {
  Update update;
  update.id = request.id();
  if (request.has_title()) update.change.title = request.title();
  if (request.has_owner()) update.change.owner = request.owner();
  if (request.has_description()) update.change.description = request.description();
  Problems problems = check(update.change);
  check_id(update.id, problems);
  if (request.has_status()) update.change.status = take(from_proto(request.status()), problems).value_or(Status::pending);
  update.expected_versions = take(versions_of(request.expected_versions()), problems);
  update.idempotency = take(idempotency_of("update ", request), problems);
  return checked(std::move(update), std::move(problems));
}

base::Result<Deletion> from_proto(const v1::DeleteRequest& request) {
  Problems problems;
  Deletion deletion;
  deletion.id = request.id();
  check_id(deletion.id, problems);
  deletion.expected_versions = take(versions_of(request.expected_versions()), problems);
  deletion.idempotency = take(idempotency_of("delete ", request), problems);
  return checked(std::move(deletion), std::move(problems));
}

}  // namespace records
