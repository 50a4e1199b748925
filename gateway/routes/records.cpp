#include "routes/records.hpp"

#include "http/conditional.hpp"
#include "http/list.hpp"
#include "http/problem.hpp"
#include "http/target.hpp"
#include "json/record.hpp"
#include "json/status.hpp"
#include "routes/call_options.hpp"

#include <algorithm>
#include <array>

namespace routes {

namespace v1 = records::v1;
using http::Place;
using http::Request;
using http::Response;

namespace {

constexpr int most_a_page = 200, default_page = 20;
constexpr std::size_t longest_key = 255;

base::Result<std::int64_t> read_id(const Request& request) {
  const auto id = http::parse_number(request.parameters[0]);
  if (!id || *id < 1) return base::invalid("id", "must be a whole number from 1 to 9223372036854775807");
  return *id;
}

/// Empty where the header is absent.
base::Result<std::string> read_key(const Request& request) {
  const std::string_view key = request.headers.idempotency_key;
  if (!request.headers.has_idempotency_key) return std::string();
  const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c < '\x7f'; });
  if (key.empty() || key.size() > longest_key || !printable)
    return base::invalid("Idempotency-Key", "must be 1 to 255 printable ASCII characters");
  return std::string(key);
}

/// What every write reads of its header fields.
struct WriteHead {
  backend::CallOptions options;
  std::string key;
};

base::Result<WriteHead> read_head(Request& request) {
  auto options = call_options(request);
  if (options.has_error()) return options.error();
  auto key = read_key(request);
  if (key.has_error()) return key.error();
  return WriteHead{std::move(*options), std::move(*key)};
}

/// What a write was refused for, in the words of HTTP: the key came in a header.
Response refused_write(Request& request, base::Error error) {
  for (base::FieldViolation& field : error.fields)
    if (field.field == "idempotency_key") field.field = "Idempotency-Key";
  return http::problem(request, error, Place::body);
}

Response wrong_type(Request& request, std::string_view wanted) {
  return http::problem(request, 415, "The body must be " + std::string(wanted) + ".", {{"Content-Type", "must be " + std::string(wanted)}});
}

bool is_json(const Request& request) { return http::is_media_type(request.headers.content_type, "application/json"); }

/// 201 or 200 with the record as stored.
Response record_answer(unsigned status, const v1::Record& record) {
  Response response;
  response.status = status;
  response.type = "application/json";
  response.etag = http::etag_of_version(record.version());
  response.header("Cache-Control", "no-cache");
  json::append_record(response.body, record);
  response.body += '\n';
  return response;
}

/// Of a write, or of a read whose own token names a log that is gone: what to send from now on.
void add_token(Response& response, const v1::Reply& reply) {
  if (!reply.consistency_token().empty()) response.header("X-Consistency-Token", reply.consistency_token());
}

/// A write without a key may have been sent again by this gateway: that is not the client's to know.
void add_write_headers(Response& response, const Request& request, const v1::Reply& reply, bool replayed) {
  add_token(response, reply);
  if (replayed && request.headers.has_idempotency_key) response.header("Idempotency-Replayed", "true");
}

/// The same query, but from the token on.
std::string next_link(const Request& request, std::string_view token) {
  std::string link = "</records/?";
  std::string_view rest = request.raw_query;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!part.empty() && !part.starts_with("skip=") && !part.starts_with("page_token=")) link.append(part).append("&");
  }
  return link.append("page_token=").append(token).append(">; rel=\"next\"");
}

}  // namespace

v1::Filter read_filter(http::Query& query) {
  v1::Filter filter;
  if (const auto status = query.take("status")) {
    if (const auto known = json::parse_status(*status)) filter.set_status(*known);
    else query.refuse("status", "must be one of pending, active, done, archived");
  }
  if (const auto owner = query.take("owner")) filter.set_owner(std::string(*owner));
  if (const auto q = query.take("q")) filter.set_q(std::string(*q));
  return filter;
}

v1::Sort read_sort(http::Query& query, v1::Sort otherwise) {
  static constexpr std::array<std::pair<std::string_view, v1::Sort>, 8> sorts{{{"id", v1::SORT_ID},
                                                                               {"-id", v1::SORT_ID_DESC},
                                                                               {"created_at", v1::SORT_CREATED_AT},
                                                                               {"-created_at", v1::SORT_CREATED_AT_DESC},
                                                                               {"updated_at", v1::SORT_UPDATED_AT},
                                                                               {"-updated_at", v1::SORT_UPDATED_AT_DESC},
                                                                               {"title", v1::SORT_TITLE},
                                                                               {"-title", v1::SORT_TITLE_DESC}}};
  const auto text = query.take("sort");
  if (!text) return otherwise;
  for (const auto& [name, sort] : sorts)
    if (name == *text) return sort;
  query.refuse("sort", "must be one of id, created_at, updated_at, title, or the same with a minus sign before it");
  return otherwise;
}

Records::Answer Records::list(Request& request) {
  http::Query query(request.raw_query);
  v1::Call call;
  v1::ListRequest& list = *call.mutable_list();
  *list.mutable_filter() = read_filter(query);
  list.set_sort(read_sort(query, v1::SORT_ID));
  const auto skip = query.take_number("skip", 0, INT64_MAX);
  const auto limit = query.take_number("limit", 1, most_a_page);
  list.set_skip(skip.value_or(0));
  list.set_limit(static_cast<int>(limit.value_or(default_page)));
  if (const auto token = query.take("page_token")) {
    list.set_page_token(std::string(*token));
    if (token->empty()) query.refuse("page_token", "must not be empty");
    else if (skip) query.refuse("skip", "cannot stand together with page_token");
  }
  if (const auto count = query.take("count")) {
    if (*count == "none") list.set_count(v1::COUNT_NONE);
    else if (*count != "exact") query.refuse("count", "must be exact or none");
  }
  if (const auto sound = query.finish(); sound.has_error()) co_return http::problem(request, sound.error());
  const auto options = call_options(request);
  if (options.has_error()) co_return http::problem(request, options.error());

  const auto reply = co_await client_.execute(call, *options);
  if (reply.has_error()) co_return http::problem(request, reply.error());
  const v1::ListResponse& page = (*reply)->list();
  Response response;
  response.type = "application/json";
  response.compress = true;
  response.header("Cache-Control", "no-cache");
  add_token(response, **reply);
  if (!page.next_page_token().empty()) response.header("Link", next_link(request, page.next_page_token()));
  // Those who asked the same and were answered together are woken one after the other: the page is written once.
  if (last_page_.reply.lock() != *reply) {
    last_page_.body.clear();
    json::append_page(last_page_.body, page, skip.value_or(0), list.limit());
    last_page_.reply = *reply;
  }
  response.body = last_page_.body;
  co_return response;
}

Records::Answer Records::get(Request& request) {
  const auto id = read_id(request);
  if (id.has_error()) co_return http::problem(request, id.error());
  const auto options = call_options(request);
  if (options.has_error()) co_return http::problem(request, options.error());
  v1::Call call;
  call.mutable_get()->set_id(*id);

  const auto reply = co_await client_.execute(call, *options);
  if (reply.has_error()) co_return http::problem(request, reply.error());
  Response response = record_answer(200, (*reply)->get().record());
  add_token(response, **reply);
  if (http::none_match_holds(request.headers.if_none_match, response.etag)) {
    response.status = 304;
    response.type = {};
    response.body.clear();
  }
  co_return response;
}

Records::Answer Records::create(Request& request) {
  if (!is_json(request)) co_return wrong_type(request, "application/json");
  auto head = read_head(request);
  if (head.has_error()) co_return http::problem(request, head.error());
  v1::Call call;
  v1::CreateRequest& create = *call.mutable_create();
  create.set_idempotency_key(std::move(head->key));
  const auto body = json::read_new_record(request.body, *create.mutable_record());
  if (body.has_error()) co_return http::problem(request, body.error(), Place::body);

  const auto reply = co_await client_.execute(call, head->options);
  if (reply.has_error()) co_return refused_write(request, reply.error());
  const v1::CreateResponse& created = (*reply)->create();
  Response response = record_answer(201, created.record());
  response.header("Location", "/records/" + std::to_string(created.record().id()));
  add_write_headers(response, request, **reply, created.replayed());
  co_return response;
}

Records::Answer Records::replace(Request& request) { return update(request, json::read_replacement, "application/json"); }

Records::Answer Records::patch(Request& request) { return update(request, json::read_merge_patch, "application/merge-patch+json"); }

Records::Answer Records::update(Request& request, ReadBody read, std::string_view media_type) {
  if (!is_json(request) && !http::is_media_type(request.headers.content_type, media_type)) co_return wrong_type(request, media_type);
  const auto id = read_id(request);
  if (id.has_error()) co_return http::problem(request, id.error());
  auto head = read_head(request);
  if (head.has_error()) co_return http::problem(request, head.error());
  const auto versions = http::expected_versions(request.headers.if_match);
  if (versions.has_error()) co_return http::problem(request, versions.error());
  v1::Call call;
  v1::UpdateRequest& update = *call.mutable_update();
  const auto body = read(request.body, update);
  if (body.has_error()) co_return http::problem(request, body.error(), Place::body);
  update.set_id(*id);
  update.set_idempotency_key(std::move(head->key));
  update.mutable_expected_versions()->Assign(versions->begin(), versions->end());

  const auto reply = co_await client_.execute(call, head->options);
  if (reply.has_error()) co_return refused_write(request, reply.error());
  const v1::UpdateResponse& updated = (*reply)->update();
  Response response = record_answer(200, updated.record());
  add_write_headers(response, request, **reply, updated.replayed());
  co_return response;
}

Records::Answer Records::remove(Request& request) {
  const auto id = read_id(request);
  if (id.has_error()) co_return http::problem(request, id.error());
  auto head = read_head(request);
  if (head.has_error()) co_return http::problem(request, head.error());
  const auto versions = http::expected_versions(request.headers.if_match);
  if (versions.has_error()) co_return http::problem(request, versions.error());
  v1::Call call;
  v1::DeleteRequest& remove = *call.mutable_delete_();
  remove.set_id(*id);
  remove.set_idempotency_key(std::move(head->key));
  remove.mutable_expected_versions()->Assign(versions->begin(), versions->end());

  const auto reply = co_await client_.execute(call, head->options);
  if (reply.has_error()) co_return refused_write(request, reply.error());
  Response response;
  response.status = 204;
  add_write_headers(response, request, **reply, (*reply)->delete_().replayed());
  co_return response;
}

}  // namespace routes
