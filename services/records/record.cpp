#include "records/record.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace records {
namespace {

/// Nothing, or what is wrong.
std::optional<std::string> text_problem(std::string_view text, std::size_t least, std::size_t most) {
  if (text.find('\0') != std::string_view::npos) return "must not contain NUL characters";
  const auto length = base::utf8_length(text);
  if (!length) return "must be valid UTF-8";
  if (*length > most) return "must have at most " + std::to_string(most) + " characters, has " + std::to_string(*length);
  if (least > 0 && text.find_first_not_of(" \t\r\n") == std::string_view::npos) return "must not be blank";
  return std::nullopt;
}

void check_text(std::vector<base::FieldViolation>& out, const char* field, std::string_view text, std::size_t least, std::size_t most) {
  if (auto problem = text_problem(text, least, most)) out.push_back({field, std::move(*problem)});
}

std::uint64_t fingerprint(const Filter& filter, Sort sort) {
  std::uint64_t hash = base::fnv1a(std::to_string(static_cast<int>(sort.key)) + (sort.descending ? "-" : "+"));
  hash = base::fnv1a(filter.status ? name(*filter.status) : "", hash);
  hash = base::fnv1a(filter.owner ? "\1" + *filter.owner : "\2", hash);
  return base::fnv1a(filter.q ? "\1" + *filter.q : "\2", hash);
}

base::Error bad_token() {
  base::Error error = base::invalid("page_token", "is not a token of this query: start again without it");
  error.reason = base::reason::page_token_invalid;
  return error;
}

template <class Int>
bool read_number(std::string_view text, Int& value, int radix = 10) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  return problem == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::optional<Status> parse_status(std::string_view text) {
  const auto found = std::ranges::find(status_names, text);
  if (found == status_names.end()) return std::nullopt;
  return static_cast<Status>(found - status_names.begin());
}

std::vector<base::FieldViolation> check(const NewRecord& record) {
  std::vector<base::FieldViolation> problems;
  check_text(problems, "title", record.title, 1, limits::title);
  check_text(problems, "owner", record.owner, 1, limits::owner);
  check_text(problems, "description", record.description, 0, limits::description);
  return problems;
}

std::vector<base::FieldViolation> check(const Change& change) {
  std::vector<base::FieldViolation> problems;
  if (change.title) check_text(problems, "title", *change.title, 1, limits::title);
  if (change.owner) check_text(problems, "owner", *change.owner, 1, limits::owner);
  if (change.description) check_text(problems, "description", *change.description, 0, limits::description);
  return problems;
}

std::vector<base::FieldViolation> check(const Filter& filter) {
  std::vector<base::FieldViolation> problems;
  if (filter.owner) check_text(problems, "owner", *filter.owner, 1, limits::owner);
  if (filter.q) check_text(problems, "q", *filter.q, 1, limits::query_text);
  return problems;
}

Keyset keyset_of(const Record& record, Sort sort) {
  switch (sort.key) {
    case SortKey::created_at:
      return {std::to_string(record.created_at.time_since_epoch().count()), record.id};
    case SortKey::updated_at:
      return {std::to_string(record.updated_at.time_since_epoch().count()), record.id};
    case SortKey::title:
      return {record.title, record.id};
    case SortKey::id:
      break;
  }
  return {{}, record.id};
}

// fingerprint(16 hex) id(decimal) ':' value
std::string encode_page_token(const Keyset& after, const Filter& filter, Sort sort) {
  char hash[17];
  const auto [end, problem] = std::to_chars(hash, hash + 16, fingerprint(filter, sort), 16);
  std::string plain(16 - static_cast<std::size_t>(end - hash), '0');
  plain.append(hash, end);
  plain += std::to_string(after.id) + ":" + after.value;
  return base::base64url_encode(plain);
}

base::Result<Keyset> decode_page_token(std::string_view token, const Filter& filter, Sort sort) {
  const auto plain = base::base64url_decode(token);
  if (!plain || plain->size() < 18) return bad_token();
  const std::string_view text = *plain;
  const auto colon = text.find(':', 16);
  std::uint64_t hash = 0;
  Keyset after;
  if (colon == std::string_view::npos || !read_number(text.substr(0, 16), hash, 16) || hash != fingerprint(filter, sort))
    return bad_token();
  if (!read_number(text.substr(16, colon - 16), after.id)) return bad_token();
  after.value = text.substr(colon + 1);
  std::int64_t moment = 0;
  const bool by_time = sort.key == SortKey::created_at || sort.key == SortKey::updated_at;
  if (by_time && !read_number(after.value, moment)) return bad_token();
  if (sort.key == SortKey::title && text_problem(after.value, 0, limits::title)) return bad_token();
  if (sort.key == SortKey::id && !after.value.empty()) return bad_token();
  return after;
}

}  // namespace records
