#include "json/object.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>

namespace json {
namespace {

namespace bj = boost::json;

constexpr std::size_t most_depth = 16;
constexpr std::size_t most_members = 64;

/// Receives the parser's events; keeps what stands at the top level.
struct Events {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using Ec = boost::system::error_code;
  using View = bj::string_view;

  std::vector<Member> members;
  std::vector<std::string> twice;
  std::string part;
  std::size_t depth = 0;
  bool is_object = false;
  bool too_many = false;

  bool value(Kind kind, std::string text = {}) {
    if (depth != 1 || !is_object || members.empty()) return true;
    members.back().kind = kind;
    members.back().text = std::move(text);
    return true;
  }
  bool open(Kind kind) {
    value(kind);
    if (depth++ == 0) is_object = kind == Kind::object;
    return true;
  }
  bool close() {
    --depth;
    return true;
  }

  bool on_document_begin(Ec&) { return true; }
  bool on_document_end(Ec&) { return true; }
  bool on_object_begin(Ec&) { return open(Kind::object); }
  bool on_object_end(std::size_t, Ec&) { return close(); }
  bool on_array_begin(Ec&) { return open(Kind::array); }
  bool on_array_end(std::size_t, Ec&) { return close(); }
  bool on_key_part(View text, std::size_t, Ec&) {
    if (depth == 1) part.append(text.data(), text.size());
    return true;
  }
  bool on_key(View text, std::size_t, Ec&) {
    if (depth != 1) return true;
    part.append(text.data(), text.size());
    if (std::ranges::any_of(members, [&](const Member& member) { return member.name == part; })) twice.push_back(part);
    if (members.size() >= most_members) too_many = true;
    else members.push_back({part});
    part.clear();
    return true;
  }
  bool on_string_part(View text, std::size_t, Ec&) {
    if (depth == 1 && is_object) part.append(text.data(), text.size());
    return true;
  }
  bool on_string(View text, std::size_t, Ec&) {
    if (depth == 1 && is_object) part.append(text.data(), text.size());
    value(Kind::string, std::exchange(part, {}));
    return true;
  }
  bool on_number_part(View, Ec&) { return true; }
  bool on_int64(std::int64_t, View, Ec&) { return value(Kind::integer); }
  bool on_uint64(std::uint64_t, View, Ec&) { return value(Kind::integer); }
  bool on_double(double, View, Ec&) { return value(Kind::number); }
  bool on_bool(bool, Ec&) { return value(Kind::boolean); }
  bool on_null(Ec&) { return value(Kind::null); }
  bool on_comment_part(View, Ec&) { return true; }
  bool on_comment(View, Ec&) { return true; }
};

}  // namespace

base::Result<std::vector<Member>> read_object(std::string_view text) {
  bj::parse_options options;
  options.max_depth = most_depth;
  bj::basic_parser<Events> parser(options);
  boost::system::error_code error;
  std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  if (!error && !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(used), text.end(), blank)) error = bj::error::extra_data;
  if (error) {
    base::Error broken = base::invalid("body", "is not JSON at byte " + std::to_string(used + 1) + ": " + error.message());
    broken.message = "The body is not well-formed JSON (byte " + std::to_string(used + 1) + ": " + error.message() + ").";
    broken.reason = base::reason::malformed;
    return broken;
  }
  Events& events = parser.handler();
  if (!events.is_object) return base::invalid("body", "must be a JSON object");
  if (events.too_many) return base::invalid("body", "has too many members");
  if (!events.twice.empty()) {
    std::vector<base::FieldViolation> problems;
    for (std::string& name : events.twice) problems.push_back({std::move(name), "is given more than once"});
    return base::invalid(std::move(problems));
  }
  return std::move(events.members);
}

}  // namespace json
