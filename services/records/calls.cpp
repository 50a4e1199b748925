#include "records/calls.hpp"

#include "records/convert.hpp"

#include <algorithm>
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

Awaitable<std::vector<Replied<v1::GetResponse>>> Calls::get(std::vector<std::int64_t> ids, CallOptions options) {
  std::vector<Replied<v1::GetResponse>> outcomes;
  outcomes.reserve(ids.size());
  base::Result<Answer<std::vector<Record>>> found = co_await store_.get(ids, options.read());
  if (found.has_error()) {
    outcomes.assign(ids.size(), found.error());
    co_return outcomes;
  }
  std::unordered_map<std::int64_t, const Record*> by_id;
  for (const Record& record : found->value) by_id.emplace(record.id, &record);
  for (const std::int64_t id : ids) {
    const auto record = by_id.find(id);
    if (const auto checked = check_id(id); checked.has_error()) {
      outcomes.emplace_back(checked.error());
    } else if (record == by_id.end()) {
      outcomes.emplace_back(base::not_found("record " + std::to_string(id) + " does not exist"));
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

Awaitable<std::vector<Replied<v1::CreateResponse>>> Calls::create(std::vector<ToCreate> all, std::string message, CallOptions options) {
  std::vector<std::optional<Replied<v1::CreateResponse>>> settled(all.size());
  std::vector<Creation> creations;
  std::vector<std::size_t> places;
  creations.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    base::Result<Creation> creation = from_proto(*all[i].request);
    if (creation.has_error()) {
      settled[i] = creation.error();
    } else {
      creation->place = all[i].place;
      creations.push_back(std::move(creation.value()));
      places.push_back(i);
    }
  }
  if (!creations.empty()) {
    std::vector<base::Result<Written>> written = co_await store_.create(std::move(creations), std::move(message), options.deadline);
    for (std::size_t i = 0; i < written.size(); ++i) settled[places[i]] = written_reply<v1::CreateResponse>(std::move(written[i]));
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
