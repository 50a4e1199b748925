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

/// The same request under the same key has the same fingerprint. Protobuf writes fields in order of their numbers, and these messages have no maps.
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

void append(std::vector<base::FieldViolation>& to, std::vector<base::FieldViolation> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
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
  if (id < 1) return base::invalid("id", "must be at least 1");
  return {};
}

base::Result<NewRecord> from_proto(const v1::NewRecord& record) {
  const auto status = from_proto(record.status());
  NewRecord made{record.title(), record.owner(), status.has_value() ? status->value_or(Status::pending) : Status::pending, record.description()};
  std::vector<base::FieldViolation> problems = check(made);
  if (status.has_error()) append(problems, status.error().fields);
  if (!problems.empty()) return base::invalid(std::move(problems));
  return made;
}

base::Result<Filter> from_proto(const v1::Filter& filter) {
  const auto status = from_proto(filter.status());
  if (status.has_error()) return status.error();
  Filter made;
  made.status = *status;
  if (filter.has_owner()) made.owner = filter.owner();
  if (filter.has_q()) made.q = filter.q();
  std::vector<base::FieldViolation> problems = check(made);
  if (!problems.empty()) return base::invalid(std::move(problems));
  return made;
}

base::Result<Sort> from_proto(v1::Sort sort) {
  switch (sort) {
    case v1::SORT_UNSPECIFIED:
    case v1::SORT_ID: return Sort{SortKey::id, false};
    case v1::SORT_ID_DESC: return Sort{SortKey::id, true};
    case v1::SORT_CREATED_AT: return Sort{SortKey::created_at, false};
    case v1::SORT_CREATED_AT_DESC: return Sort{SortKey::created_at, true};
    case v1::SORT_UPDATED_AT: return Sort{SortKey::updated_at, false};
    case v1::SORT_UPDATED_AT_DESC: return Sort{SortKey::updated_at, true};
    case v1::SORT_TITLE: return Sort{SortKey::title, false};
    case v1::SORT_TITLE_DESC: return Sort{SortKey::title, true};
    default: return base::invalid("sort", "is not a known order");
  }
}

base::Result<ListQuery> from_proto(const v1::ListRequest& request) {
  const base::Result<Filter> filter = from_proto(request.filter());
  if (filter.has_error()) return filter.error();
  const base::Result<Sort> sort = from_proto(request.sort());
  if (sort.has_error()) return sort.error();
  std::vector<base::FieldViolation> problems;
  if (request.skip() < 0) problems.push_back({"skip", "must be at least 0"});
  if (request.limit() < 0 || request.limit() > limits::page) problems.push_back({"limit", "must be from 1 to 200"});
  if (request.skip() > 0 && !request.page_token().empty()) problems.push_back({"skip", "cannot be combined with page_token"});
  if (!v1::Count_IsValid(request.count())) problems.push_back({"count", "must be exact or none"});
  if (!problems.empty()) return base::invalid(std::move(problems));
  ListQuery query{*filter, *sort, request.skip(), request.limit() == 0 ? limits::default_page : request.limit(), std::nullopt,
                  request.count() != v1::COUNT_NONE};
  if (!request.page_token().empty()) {
    base::Result<Keyset> after = decode_page_token(request.page_token(), query.filter, query.sort);
    if (after.has_error()) return after.error();
    query.after = std::move(after.value());
  }
  return query;
}

base::Result<Creation> from_proto(const v1::CreateRequest& request) {
  base::Result<NewRecord> record = from_proto(request.record());
  if (record.has_error()) return record.error();
  base::Result<Idempotency> idempotency = idempotency_of("create ", request);
  if (idempotency.has_error()) return idempotency.error();
  return Creation{std::move(record.value()), std::move(idempotency.value())};
}

base::Result<Update> from_proto(const v1::UpdateRequest& request) {
  if (const auto id = check_id(request.id()); id.has_error()) return id.error();
  Update update;
  update.id = request.id();
  if (request.has_title()) update.change.title = request.title();
  if (request.has_owner()) update.change.owner = request.owner();
  if (request.has_description()) update.change.description = request.description();
  std::vector<base::FieldViolation> problems = check(update.change);
  if (request.has_status()) {
    const auto status = from_proto(request.status());
    if (status.has_error()) append(problems, status.error().fields);
    else update.change.status = status->value_or(Status::pending);
  }
  if (!problems.empty()) return base::invalid(std::move(problems));
  auto versions = versions_of(request.expected_versions());
  if (versions.has_error()) return versions.error();
  update.expected_versions = std::move(versions.value());
  base::Result<Idempotency> idempotency = idempotency_of("update ", request);
  if (idempotency.has_error()) return idempotency.error();
  update.idempotency = std::move(idempotency.value());
  return update;
}

base::Result<Deletion> from_proto(const v1::DeleteRequest& request) {
  if (const auto id = check_id(request.id()); id.has_error()) return id.error();
  auto versions = versions_of(request.expected_versions());
  if (versions.has_error()) return versions.error();
  base::Result<Idempotency> idempotency = idempotency_of("delete ", request);
  if (idempotency.has_error()) return idempotency.error();
  return Deletion{request.id(), std::move(versions.value()), std::move(idempotency.value())};
}

}  // namespace records
