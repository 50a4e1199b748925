// HTML forms: application/x-www-form-urlencoded and multipart/form-data bodies, and query strings, into named values. Pure; the body has
// already been read and bounded. Called by routes/console.cpp.
// Sources: WHATWG URL 5.1 (urlencoded parsing), RFC 7578 and RFC 2046 5.1 (multipart).
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct FormField {
  std::string name;
  std::string value;
  std::string filename;  ///< of an uploaded file; empty for other fields
};

class Form {
 public:
  /// The first value of this name; empty where there is none.
  std::string_view get(std::string_view name) const;
  const FormField* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  const std::vector<FormField>& fields() const { return fields_; }
  void add(FormField field) { fields_.push_back(std::move(field)); }

 private:
  std::vector<FormField> fields_;
};

/// The most fields a form may have: far above any of ours, far below what would hurt.
inline constexpr std::size_t most_form_fields = 64;

/// Replaces '+' by a blank and %XX by its byte. Nothing for a broken escape.
std::optional<std::string> form_decode(std::string_view text);

/// INVALID_ARGUMENT for a broken escape, a value that is not UTF-8 or holds NUL, or too many fields.
base::Result<Form> parse_urlencoded(std::string_view text);

/// The boundary of a multipart/form-data media type; nothing for another type or a malformed boundary.
std::optional<std::string> multipart_boundary(std::string_view content_type);

/// INVALID_ARGUMENT for anything that is not a whole multipart body. Values are bytes as sent: a file need not be UTF-8.
base::Result<Form> parse_multipart(std::string_view body, std::string_view boundary);

/// By the request's Content-Type; nothing for another media type (415).
std::optional<base::Result<Form>> parse_form(std::string_view content_type, std::string_view body);

}  // namespace http
