// The request target taken apart: path and query, percent-decoded strictly and checked to be UTF-8 without NUL. Called by the session
// (path) and by the routes (query). Pure. Sources: RFC 9112 3.2, RFC 3986 2.1, WHATWG URL 5.1 for '+' in queries.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct Target {
  std::string_view path;  ///< as sent
  std::string_view query;
};

/// Origin form, absolute form (the authority is dropped) or "*". Nothing for anything else.
std::optional<Target> split_target(std::string_view target);

/// Nothing for a broken escape, malformed UTF-8 or NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank);

/// A query whose parameters are taken one by one; what is wrong is gathered, so that one answer names every bad parameter.
class Query {
 public:
  explicit Query(std::string_view raw);

  /// The value; nothing where the parameter is absent.
  std::optional<std::string_view> take(std::string_view name);
  /// The same for a whole number within bounds; a bad one is gathered.
  std::optional<std::int64_t> take_number(std::string_view name, std::int64_t least, std::int64_t most);
  void refuse(std::string_view name, std::string message);

  /// Everything wrong so far and every parameter that nobody took; call last.
  base::Result<void> finish();

 private:
  struct Parameter {
    std::string name, value;
    bool taken = false;
  };
  std::vector<Parameter> parameters_;
  std::vector<base::FieldViolation> problems_;
};

/// A decimal whole number without sign or leading zeros (but "0"); nothing for any other text or beyond int64.
std::optional<std::int64_t> parse_number(std::string_view text);

}  // namespace http
