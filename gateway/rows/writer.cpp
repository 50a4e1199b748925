#include "rows/writer.hpp"

#include "json/record.hpp"
#include "json/status.hpp"
#include "json/text.hpp"
#include "rpc/proto_time.hpp"

#include <algorithm>
#include <array>

namespace rows {

namespace v1 = records::v1;

namespace {

constexpr std::array<std::string_view, 8> names{"id", "title", "owner", "status", "description", "created_at", "updated_at", "version"};
enum Field : std::size_t { id, title, owner, status, description, created_at, updated_at, version };

void append_csv(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_csv(std::string& out, const v1::Record& record, std::size_t field) {
  switch (field) {
    case id:
      return json::append_number(out, record.id());
    case title:
      return append_csv(out, record.title());
    case owner:
      return append_csv(out, record.owner());
    case status:
      out += json::status_name(record.status());
      return;
    case description:
      return append_csv(out, record.description());
    case created_at:
      return base::append_rfc3339(out, rpc::get_time(record.created_at()));
    case updated_at:
      return base::append_rfc3339(out, rpc::get_time(record.updated_at()));
    default:
      return json::append_number(out, record.version());
  }
}

}  // namespace

base::Result<Writer> Writer::make(Format format, std::string_view fields) {
  std::vector<std::size_t> places;
  if (fields.empty()) {
    for (std::size_t i = 0; i < names.size(); ++i) places.push_back(i);
    return Writer(format, std::move(places));
  }
  while (true) {
    const auto end = std::min(fields.find(','), fields.size());
    const auto found = std::ranges::find(names, fields.substr(0, end));
    const auto place = static_cast<std::size_t>(found - names.begin());
    if (found == names.end() || std::ranges::find(places, place) != places.end())
      return base::invalid(
          "fields", "must be a list of different names out of id, title, owner, status, description, created_at, updated_at, version");
    places.push_back(place);
    if (end == fields.size()) return Writer(format, std::move(places));
    fields.remove_prefix(end + 1);
  }
}

void Writer::append_header(std::string& out) const {
  if (format_ != Format::csv) return;
  for (std::size_t i = 0; i < fields_.size(); ++i) out.append(i > 0 ? "," : "").append(names[fields_[i]]);
  out += '\n';
}

void Writer::append(std::string& out, const v1::Record& record) const {
  if (format_ == Format::ndjson && fields_.size() == names.size() && std::ranges::is_sorted(fields_)) {
    json::append_record(out, record);
    out += '\n';
    return;
  }
  const bool csv = format_ == Format::csv;
  const std::size_t begin = out.size();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (i > 0) out += ',';
    else if (!csv) out += '{';
    if (csv) append_csv(out, record, fields_[i]);
    else json::append_member(out, record, names[fields_[i]]);
  }
  if (out.size() == begin) out += "\"\"";  // one empty field: a blank line would be passed over
  out += csv ? "\n" : "}\n";
}

}  // namespace rows
