#include "http/conditional.hpp"

#include "http/list.hpp"
#include "http/target.hpp"

namespace http {
namespace {

constexpr std::size_t most_tags = 100;

std::string_view without_weakness(std::string_view tag) { return tag.starts_with("W/") ? tag.substr(2) : tag; }

/// The tag of the same body before it was compressed: the session adds the coding's name.
std::string_view without_coding(std::string_view inside) {
  for (const std::string_view coding : {"-gzip", "-br"})
    if (inside.ends_with(coding)) return inside.substr(0, inside.size() - coding.size());
  return inside;
}

std::string_view opaque(std::string_view tag) {
  tag = without_weakness(tag);
  return tag.size() >= 2 ? without_coding(tag.substr(1, tag.size() - 2)) : tag;
}

bool is_tag(std::string_view tag) {
  tag = without_weakness(tag);
  return tag.size() >= 2 && tag.front() == '"' && tag.back() == '"' && tag.substr(1, tag.size() - 2).find('"') == std::string_view::npos;
}

}  // namespace

std::string etag_of_version(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

bool none_match_holds(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match.empty()) return false;
  if (trim(if_none_match) == "*") return true;
  bool found = false;
  for_each_element(if_none_match, [&](std::string_view tag) { found = found || (is_tag(tag) && opaque(tag) == opaque(etag)); });
  return found;
}

base::Result<std::vector<std::int64_t>> expected_versions(std::string_view if_match) {
  std::vector<std::int64_t> versions;
  if (trim(if_match).empty() || trim(if_match) == "*") return versions;
  bool well_formed = true;
  for_each_element(if_match, [&](std::string_view tag) {
    well_formed = well_formed && is_tag(tag) && versions.size() < most_tags;
    if (well_formed) versions.push_back(tag.front() == 'W' ? 0 : parse_number(opaque(tag)).value_or(0));
  });
  if (!well_formed || versions.empty()) return base::invalid("If-Match", "must be * or a list of up to 100 quoted tags such as \"3\"");
  return versions;
}

}  // namespace http
