#include "json/record.hpp"

#include "base/text.hpp"
#include "json/object.hpp"
#include "json/status.hpp"
#include "json/text.hpp"
#include "rpc/proto_time.hpp"

#include <records/v1/records.pb.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace json {

namespace v1 = records::v1;

namespace {

/// The contract's bounds, in characters. The services check them too; here all bad fields are named at once, the malformed ones beside
/// them.
struct Bounds {
  bool may_be_blank;
  std::size_t most;
};
constexpr Bounds title_bounds{false, 200}, owner_bounds{false, 100}, description_bounds{true, 10'000};

/// What a body may hold; absent and null are told apart.
struct Body {
  std::optional<std::string> title, owner, description;
  std::optional<v1::Status> status;
  bool null_title = false, null_owner = false, null_description = false, null_status = false;
};

class Reader {
 public:
  /// `pass_over`: names of members that are let by unread.
  base::Result<Body> read(std::string_view text, std::span<const std::string_view> pass_over = {}) {
    auto members = read_object(text);
    if (members.has_error()) return members.error();
    Body body;
    for (Member& member : *members) {
      if (member.name == "title") take(member, title_bounds, body.title, body.null_title);
      else if (member.name == "owner") take(member, owner_bounds, body.owner, body.null_owner);
      else if (member.name == "description") take(member, description_bounds, body.description, body.null_description);
      else if (member.name == "status") take_status(member, body);
      else if (std::ranges::find(pass_over, member.name) == pass_over.end()) refuse(member.name, "is not a known field");
    }
    return body;
  }

  void refuse(std::string_view field, std::string message) { problems_.push_back({std::string(field), std::move(message)}); }
  void require(const std::optional<std::string>& value, std::string_view field) {
    const bool known = std::ranges::any_of(problems_, [&](const base::FieldViolation& problem) { return problem.field == field; });
    if (!value && !known) refuse(field, "is required");
  }
  base::Result<void> outcome() {
    if (problems_.empty()) return {};
    return base::invalid(std::move(problems_));
  }

 private:
  void take(Member& member, Bounds bounds, std::optional<std::string>& value, bool& is_null) {
    if (member.kind == Kind::null) {
      is_null = true;
      return;
    }
    if (member.kind != Kind::string) return refuse(member.name, "must be a string");
    const auto length = base::utf8_length(member.text);
    if (!length) return refuse(member.name, "must be UTF-8");
    if (member.text.find('\0') != std::string::npos) return refuse(member.name, "must not contain NUL characters");
    if (*length > bounds.most)
      return refuse(member.name, "must have at most " + std::to_string(bounds.most) + " characters, has " + std::to_string(*length));
    const bool blank = member.text.find_first_not_of(" \t\r\n") == std::string::npos;
    if (blank && !bounds.may_be_blank) return refuse(member.name, "must not be blank");
    value = std::move(member.text);
  }

  void take_status(const Member& member, Body& body) {
    if (member.kind == Kind::null) {
      body.null_status = true;
    } else if (member.kind != Kind::string) {
      refuse(member.name, "must be a string");
    } else if (!(body.status = parse_status(member.text))) {
      refuse(member.name, "must be one of pending, active, done, archived");
    }
  }

  std::vector<base::FieldViolation> problems_;
};

/// POST and PUT: no nulls but where a default is meant, title and owner there.
void check_whole(Reader& reader, const Body& body) {
  if (body.null_title) reader.refuse("title", "must not be null");
  if (body.null_owner) reader.refuse("owner", "must not be null");
  if (body.null_status) reader.refuse("status", "must not be null");
  if (body.null_description) reader.refuse("description", "must not be null");
  reader.require(body.title, "title");
  reader.require(body.owner, "owner");
}

base::Result<void> read_draft(std::string_view text, v1::NewRecord& out, std::span<const std::string_view> pass_over) {
  Reader reader;
  base::Result<Body> body = reader.read(text, pass_over);
  if (body.has_error()) return body.error();
  check_whole(reader, *body);
  if (body->title) out.set_title(std::move(*body->title));
  if (body->owner) out.set_owner(std::move(*body->owner));
  if (body->status) out.set_status(*body->status);
  if (body->description) out.set_description(std::move(*body->description));
  return reader.outcome();
}

void append_moment(std::string& out, const google::protobuf::Timestamp& moment) { append_time(out, rpc::get_time(moment)); }

}  // namespace

void append_member(std::string& out, const v1::Record& record, std::string_view field) {
  out.append("\"").append(field).append("\":");
  if (field == "id") append_number(out, record.id());
  else if (field == "title") append_string(out, record.title());
  else if (field == "owner") append_string(out, record.owner());
  else if (field == "status") append_string(out, status_name(record.status()));
  else if (field == "description") append_string(out, record.description());
  else if (field == "created_at") append_moment(out, record.created_at());
  else if (field == "updated_at") append_moment(out, record.updated_at());
  else append_number(out, record.version());
}

void append_record(std::string& out, const v1::Record& record) {
  out += "{\"id\":";
  append_number(out, record.id());
  out += ",\"title\":";
  append_string(out, record.title());
  out += ",\"owner\":";
  append_string(out, record.owner());
  out.append(",\"status\":\"").append(status_name(record.status()));
  out += "\",\"description\":";
  append_string(out, record.description());
  out += ",\"created_at\":";
  append_moment(out, record.created_at());
  out += ",\"updated_at\":";
  append_moment(out, record.updated_at());
  out += ",\"version\":";
  append_number(out, record.version());
  out += '}';
}

void append_page(std::string& out, const v1::ListResponse& page, std::int64_t skip, int limit) {
  out.reserve(out.size() + 128 + static_cast<std::size_t>(page.items_size()) * 320);
  out += "{\"items\":[";
  for (int i = 0; i < page.items_size(); ++i) {
    if (i > 0) out += ',';
    append_record(out, page.items(i));
  }
  out += "],\"total\":";
  if (page.has_total()) append_number(out, page.total());
  else out += "null";
  out += ",\"skip\":";
  append_number(out, skip);
  out += ",\"limit\":";
  append_number(out, limit);
  out += ",\"next_page_token\":";
  if (page.next_page_token().empty()) out += "null";
  else append_string(out, page.next_page_token());
  out += "}\n";
}

base::Result<void> read_new_record(std::string_view text, v1::NewRecord& out) { return read_draft(text, out, {}); }

base::Result<void> read_import_row(std::string_view text, v1::NewRecord& out) {
  static constexpr std::array<std::string_view, 4> set_by_server{"id", "created_at", "updated_at", "version"};
  return read_draft(text, out, set_by_server);
}

base::Result<void> read_replacement(std::string_view text, v1::UpdateRequest& out) {
  Reader reader;
  base::Result<Body> body = reader.read(text);
  if (body.has_error()) return body.error();
  check_whole(reader, *body);
  if (body->title) out.set_title(std::move(*body->title));
  if (body->owner) out.set_owner(std::move(*body->owner));
  out.set_status(body->status.value_or(v1::STATUS_PENDING));
  out.set_description(body->description ? std::move(*body->description) : std::string());
  return reader.outcome();
}

base::Result<void> read_merge_patch(std::string_view text, v1::UpdateRequest& out) {
  Reader reader;
  base::Result<Body> body = reader.read(text);
  if (body.has_error()) return body.error();
  if (body->null_title) reader.refuse("title", "must not be null");
  if (body->null_owner) reader.refuse("owner", "must not be null");
  if (body->title) out.set_title(std::move(*body->title));
  if (body->owner) out.set_owner(std::move(*body->owner));
  if (body->status) out.set_status(*body->status);
  if (body->null_status) out.set_status(v1::STATUS_PENDING);
  if (body->description) out.set_description(std::move(*body->description));
  if (body->null_description) out.set_description("");
  return reader.outcome();
}

}  // namespace json
