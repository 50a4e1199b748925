#include "http/form.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace http {
namespace {

constexpr std::size_t most_header_bytes = 4096;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

base::Error broken(std::string message) { return base::invalid("", std::move(message)); }

bool is_text(std::string_view value) { return base::utf8_length(value) && value.find('\0') == std::string_view::npos; }

/// The value of a parameter in `form-data; name="a"; filename="b.csv"`. Browsers write a quote in it as %22, which is kept as it is.
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
  auto at = header.find(';');
  while (at != std::string_view::npos) {
    std::string_view rest = trim(header.substr(at + 1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool ours = lower(trim(rest.substr(0, equals))) == name;
    std::string_view value = rest.substr(equals + 1);
    std::size_t end = 0;
    if (value.starts_with('"')) {
      end = value.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      if (ours) return std::string(value.substr(1, end - 1));
      end = value.find(';', end);
    } else {
      end = value.find(';');
      if (ours) return std::string(trim(value.substr(0, end)));
    }
    if (end == std::string_view::npos) return std::nullopt;
    header = value;
    at = end;
  }
  return std::nullopt;
}

/// The Content-Disposition among a part's header lines.
std::optional<std::string_view> disposition(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && lower(line.substr(0, colon)) == "content-disposition") return trim(line.substr(colon + 1));
  }
  return std::nullopt;
}

base::Result<FormField> parse_part(std::string_view part) {
  const auto blank = part.find("\r\n\r\n");
  if (blank == std::string_view::npos || blank > most_header_bytes) return broken("a part of the form has no header");
  const auto header = disposition(part.substr(0, blank));
  const auto name = header ? parameter(*header, "name") : std::nullopt;
  if (!name) return broken("a part of the form has no name");
  FormField field{*name, std::string(part.substr(blank + 4)), parameter(*header, "filename").value_or("")};
  if (!is_text(field.name) || !is_text(field.filename)) return broken("a field's name must be text");
  return field;
}

}  // namespace

std::string_view Form::get(std::string_view name) const {
  const FormField* field = find(name);
  return field ? std::string_view(field->value) : std::string_view{};
}

const FormField* Form::find(std::string_view name) const {
  const auto found = std::ranges::find(fields_, name, &FormField::name);
  return found == fields_.end() ? nullptr : &*found;
}

std::size_t Form::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count(fields_, name, &FormField::name));
}

std::optional<std::string> form_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

base::Result<Form> parse_urlencoded(std::string_view text) {
  Form form;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = form_decode(pair.substr(0, equals));
    auto value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return broken("a percent sign must be followed by two hexadecimal digits");
    if (!is_text(*name) || !is_text(*value))
      return base::invalid(is_text(*name) ? *name : "", "must be valid UTF-8 without NUL characters");
    if (form.fields().size() == most_form_fields) return broken("too many fields");
    form.add({std::move(*name), std::move(*value), {}});
  }
  return form;
}

std::optional<std::string> multipart_boundary(std::string_view content_type) {
  if (lower(trim(content_type.substr(0, content_type.find(';')))) != "multipart/form-data") return std::nullopt;
  auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > 70) return std::nullopt;
  return boundary;
}

base::Result<Form> parse_multipart(std::string_view body, std::string_view boundary) {
  const std::string first = "--" + std::string(boundary);
  const std::string next = "\r\n" + first;
  if (!body.starts_with(first)) return broken("the form does not begin with its boundary");
  body.remove_prefix(first.size());
  Form form;
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return broken("a part of the form does not begin with a new line");
    const auto end = body.find(next, 2);
    if (end == std::string_view::npos) return broken("the form ends before its last boundary");
    if (form.fields().size() == most_form_fields) return broken("too many fields");
    auto field = parse_part(body.substr(2, end - 2));
    if (!field) return field.error();
    form.add(std::move(*field));
    body.remove_prefix(end + next.size());
  }
  return form;
}

std::optional<base::Result<Form>> parse_form(std::string_view content_type, std::string_view body) {
  if (lower(trim(content_type.substr(0, content_type.find(';')))) == "application/x-www-form-urlencoded") return parse_urlencoded(body);
  if (const auto boundary = multipart_boundary(content_type)) return parse_multipart(body, *boundary);
  return std::nullopt;
}

}  // namespace http
