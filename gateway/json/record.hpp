// Records as JSON: written straight from proto, read with every bad field named. Called by routes/records and routes/exchange.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace records::v1 {
class ListResponse;
class NewRecord;
class Record;
class UpdateRequest;
}  // namespace records::v1

namespace json {

void append_record(std::string& out, const records::v1::Record& record);

/// "name":value of one field, known by its JSON name.
void append_member(std::string& out, const records::v1::Record& record, std::string_view field);

/// The answer of GET /records/.
void append_page(std::string& out, const records::v1::ListResponse& page, std::int64_t skip, int limit);

/// A body for POST: title and owner are required, unknown members refused.
base::Result<void> read_new_record(std::string_view text, records::v1::NewRecord& out);

/// A line of an import: as a body for POST, but what only the server sets (id, version, times) is passed over, so that an export can be
/// imported.
base::Result<void> read_import_row(std::string_view text, records::v1::NewRecord& out);

/// A body for PUT: as for POST; what is absent is reset to its default.
base::Result<void> read_replacement(std::string_view text, records::v1::UpdateRequest& out);

/// A body for PATCH (RFC 7386): only what is present changes; null resets status and description and is refused for title and owner.
base::Result<void> read_merge_patch(std::string_view text, records::v1::UpdateRequest& out);

}  // namespace json
