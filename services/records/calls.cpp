#include "records/calls.hpp"

#include "records/convert.hpp"
#include "rpc/status.hpp"

#include <algorithm>
#include <bit>
#include <unordered_map>

namespace records {
namespace {

template <class Response>
Replied<Response> written_reply(base::Result<Written> written) {
  if (written.has_error()) return written.error();
  Reply<Response> reply;
  if constexpr (requires { reply.response.mutable_record(); }) to_proto(written->record, *reply.response.mutable_record());
  reply.response.set_replayed(written->replayed);
  reply.position = written->position;
  reply.served_by = std::move(written->served_by);
  return reply;
}

/// Calls of one urgency have less than twice the time of each other: the longest deadline holds for all that share a statement.
char urgency_of(base::Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::microseconds>(deadline - base::SteadyClock::now()).count();
  return static_cast<char>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0))));
}

/// Positions of different timelines do not mix: one that nobody has yet is waited for.
std::string kind_of(const CallOptions& options) {
  std::string kind = std::to_string(options.position.timeline);
  kind += static_cast<char>(options.consistency);
  kind += urgency_of(options.deadline);
  return kind;
}

std::string unnamed_kind(const CallOptions& options) { return std::string(1, urgency_of(options.deadline)); }

/// A write without a key of its own gets one by its name.
void ensure_key(Idempotency& idempotency, const WriteName& name) {
  if (idempotency.key.empty() && !name.message.empty()) idempotency.key = key_of(name.message, name.place);
}

}  // namespace

std::string token_of(const Position& position) { return position ? base::token_text(position) : std::string(); }

base::Result<Position> position_of(const std::string& token) {
  if (token.empty()) return Position{};
  const auto position = base::parse_token(token);
  if (!position) return base::invalid("consistency_token", "is not a token that a write has answered");
  return *position;
}

Awaitable<Replied<v1::ListResponse>> Calls::list(v1::ListRequest request, CallOptions options) {
  base::Result<ListQuery> query = from_proto(request);
  if (query.has_error()) co_return query.error();
  std::string key = request.SerializeAsString();
  key += static_cast<char>(options.consistency) + std::to_string(options.position.timeline);
  auto run = [this, asked = std::move(query.value())](CallOptions suiting) { return find(asked, suiting); };
  co_return co_await lists_.ask(std::move(key), options, std::move(run));
}

/// The strictest position, the longest deadline, and whoever stays longest.
void Calls::suit_both(CallOptions& all, const CallOptions& more) {
  all.position = base::later(all.position, more.position);
  all.deadline = std::max(all.deadline, more.deadline);
  all.audience.join(more.audience);
}

Awaitable<Replied<v1::ListResponse>> Calls::find(ListQuery query, CallOptions options) {
  base::Result<Answer<Page>> found = co_await store_.list(query, options.read());
  if (found.has_error()) co_return found.error();
  Reply<v1::ListResponse> reply;
  const Page& page = found->value;
  reply.response.mutable_items()->Reserve(static_cast<int>(page.items.size()));
  for (const Record& record : page.items) to_proto(record, *reply.response.add_items());
  if (page.total) reply.response.set_total(*page.total);
  if (page.more && !page.items.empty())
    reply.response.set_next_page_token(encode_page_token(keyset_of(page.items.back(), query.sort), query.filter, query.sort));
  reply.position = found->instead;
  reply.served_by = std::move(found->served_by);
  co_return reply;
}

Calls::Calls(const boost::asio::any_io_executor& loop, RecordStore& store)
    : store_(store),
      gets_(loop, limits::batch, [this](const std::vector<Get>& gets) { return get_together(gets); }),
      creations_(loop, limits::batch, [this](const std::vector<Create>& creations) { return create_together(creations); }),
      lists_(suit_both) {}

void Calls::get(std::int64_t id, const CallOptions& options, Gets::Done done) {
  gets_.ask(kind_of(options), {id, options}, std::move(done));
}

Awaitable<Replied<v1::GetResponse>> Calls::get(std::int64_t id, CallOptions options) {
  std::string kind = kind_of(options);
  Get one{id, std::move(options)};
  co_return co_await gets_.ask(std::move(kind), std::move(one));
}

Awaitable<std::vector<Replied<v1::GetResponse>>> Calls::get_together(const std::vector<Get>& gets) {
  std::vector<std::int64_t> ids;
  ids.reserve(gets.size());
  CallOptions options = gets.front().options;
  for (const Get& one : gets) {
    ids.push_back(one.id);
    if (&one != gets.data()) suit_both(options, one.options);
  }
  base::Result<Answer<std::vector<Record>>> found = co_await store_.get(std::move(ids), options.read());
  std::vector<Replied<v1::GetResponse>> outcomes;
  outcomes.reserve(gets.size());
  if (found.has_error()) {
    outcomes.assign(gets.size(), found.error());
    co_return outcomes;
  }
  std::unordered_map<std::int64_t, const Record*> by_id;
  for (const Record& record : found->value) by_id.emplace(record.id, &record);
  for (const Get& one : gets) {
    const auto record = by_id.find(one.id);
    if (const auto checked = check_id(one.id); checked.has_error()) {
      outcomes.emplace_back(checked.error());
    } else if (record == by_id.end()) {
      outcomes.emplace_back(base::not_found("record " + std::to_string(one.id) + " does not exist"));
    } else {
      Reply<v1::GetResponse> reply;
      to_proto(*record->second, *reply.response.mutable_record());
      reply.position = found->instead;
      reply.served_by = found->served_by;
      outcomes.emplace_back(std::move(reply));
    }
  }
  co_return outcomes;
}

Awaitable<Replied<v1::BatchGetResponse>> Calls::batch_get(v1::BatchGetRequest request, CallOptions options) {
  if (request.ids().empty() || request.ids_size() > static_cast<int>(limits::batch))
    co_return base::invalid("ids", "must be 1 to 1000 ids");
  for (const std::int64_t id : request.ids())
    if (const auto checked = check_id(id); checked.has_error()) co_return base::invalid("ids", "must each be at least 1");
  std::vector<std::int64_t> ids(request.ids().begin(), request.ids().end());
  base::Result<Answer<std::vector<Record>>> found = co_await store_.get(ids, options.read());
  if (found.has_error()) co_return found.error();
  std::unordered_map<std::int64_t, const Record*> by_id;
  for (const Record& record : found->value) by_id.emplace(record.id, &record);
  Reply<v1::BatchGetResponse> reply;
  for (const std::int64_t id : ids) {
    const auto record = by_id.find(id);
    if (record == by_id.end()) reply.response.add_missing_ids(id);
    else to_proto(*record->second, *reply.response.add_records());
  }
  reply.position = found->instead;
  reply.served_by = std::move(found->served_by);
  co_return reply;
}

void Calls::create(const v1::CreateRequest& request, WriteName name, const void* carrier, const CallOptions& options,
                   Creations::Done done) {
  if (!request.idempotency_key().empty()) name.message.clear();
  std::string kind =
      name.message.empty() ? unnamed_kind(options) : std::to_string(reinterpret_cast<std::uintptr_t>(carrier)) + " name " + name.message;
  creations_.ask(std::move(kind), {&request, std::move(name), options.deadline}, std::move(done));
}

Awaitable<Replied<v1::CreateResponse>> Calls::create(const v1::CreateRequest& request, CallOptions options) {
  std::string kind = unnamed_kind(options);
  Create one{&request, {}, options.deadline};
  co_return co_await creations_.ask(std::move(kind), std::move(one));
}

Awaitable<Replied<v1::BatchCreateResponse>> Calls::batch_create(const v1::BatchCreateRequest& request, CallOptions options) {
  if (request.requests().empty() || request.requests_size() > static_cast<int>(limits::batch))
    co_return base::invalid("requests", "must be 1 to 1000");
  std::vector<Create> all;
  all.reserve(static_cast<std::size_t>(request.requests_size()));
  for (const v1::CreateRequest& one : request.requests()) all.push_back({&one, {}, options.deadline});
  Reply<v1::BatchCreateResponse> reply;
  auto outcomes = co_await create_together(all);
  for (auto& outcome : outcomes) {
    auto* item = reply.response.add_outcomes();
    if (outcome.has_error()) {
      *item->mutable_error() = rpc::to_proto(outcome.error());
      continue;
    }
    *item->mutable_created() = std::move(outcome->response);
    reply.position = base::later(reply.position, outcome->position);
    reply.served_by = std::move(outcome->served_by);
  }
  co_return reply;
}

Awaitable<std::vector<Replied<v1::CreateResponse>>> Calls::create_together(const std::vector<Create>& creations) {
  std::vector<std::optional<Replied<v1::CreateResponse>>> settled(creations.size());
  std::vector<Creation> good;
  std::vector<std::size_t> seats;
  good.reserve(creations.size());
  base::Deadline deadline{};
  for (std::size_t i = 0; i < creations.size(); ++i) {
    const Create& one = creations[i];
    deadline = std::max(deadline, one.deadline);
    base::Result<Creation> creation = from_proto(*one.request);
    if (creation.has_error()) {
      settled[i] = creation.error();
    } else {
      creation->place = one.name.message.empty() ? static_cast<std::uint32_t>(i) : one.name.place;
      good.push_back(std::move(creation.value()));
      seats.push_back(i);
    }
  }
  if (!good.empty()) {
    std::string message = creations.front().name.message;
    std::vector<base::Result<Written>> written = co_await store_.create(std::move(good), std::move(message), deadline);
    for (std::size_t i = 0; i < written.size(); ++i) settled[seats[i]] = written_reply<v1::CreateResponse>(std::move(written[i]));
  }
  std::vector<Replied<v1::CreateResponse>> outcomes;
  outcomes.reserve(settled.size());
  for (auto& outcome : settled) outcomes.push_back(std::move(*outcome));
  co_return outcomes;
}

Awaitable<Replied<v1::UpdateResponse>> Calls::update(v1::UpdateRequest request, WriteName name, CallOptions options) {
  base::Result<Update> update = from_proto(request);
  if (update.has_error()) co_return update.error();
  ensure_key(update->idempotency, name);
  co_return written_reply<v1::UpdateResponse>(co_await store_.update(std::move(update.value()), options.deadline));
}

Awaitable<Replied<v1::DeleteResponse>> Calls::remove(v1::DeleteRequest request, WriteName name, CallOptions options) {
  base::Result<Deletion> deletion = from_proto(request);
  if (deletion.has_error()) co_return deletion.error();
  ensure_key(deletion->idempotency, name);
  co_return written_reply<v1::DeleteResponse>(co_await store_.remove(std::move(deletion.value()), options.deadline));
}

}  // namespace records
