// A JSON object of plain values, read strictly: duplicate names, broken UTF-8 and anything but one object are refused. Called by
// json/record. Source: RFC 8259.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace json {

enum class Kind { null, string, integer, number, boolean, array, object };

struct Member {
  std::string name;
  Kind kind = Kind::null;
  std::string text;  ///< of a string, unescaped
};

/// A text that is no JSON: INVALID_ARGUMENT with reason base::reason::malformed and the position. No object, or a name twice:
/// INVALID_ARGUMENT with the field. Depth is bounded; nested values are passed over and only their kind is told.
base::Result<std::vector<Member>> read_object(std::string_view text);

}  // namespace json
