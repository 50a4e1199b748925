// From proto messages and forms to the console's page models and back. Pure. Called by routes/console*.cpp only.
#pragma once

#include "console/models.hpp"
#include "http/form.hpp"

#include <analytics/v1/analytics.pb.h>
#include <cluster/v1/cluster.pb.h>
#include <records/v1/records.pb.h>

#include <string_view>
#include <vector>

namespace routes::console_models {

console::RecordView record(const records::v1::Record& record);
console::Listing listing(const records::v1::ListResponse& response);
std::vector<console::PastRun> past_runs(const ::analytics::v1::ListRunsResponse& response);
console::Statistics statistics(const analytics::v1::Summary& summary);
console::ClusterView cluster(const cluster::v1::GetTopologyResponse& topology);
console::RecordFields fields(const console::RecordView& record);

records::v1::Status status(std::string_view name);
records::v1::Sort sort(std::string_view name);

records::v1::ListRequest list_request(const console::ListQuery& query);
records::v1::NewRecord new_record(const console::RecordFields& fields);
/// Of all four fields, made only while the record has `version`.
records::v1::UpdateRequest update_request(std::int64_t id, std::int64_t version, const console::RecordFields& fields);

/// The list's parameters; `errors` names every bad one. Empty values are as absent ones: an untouched filter sends them.
struct ParsedQuery {
  console::ListQuery query;
  std::vector<console::FieldError> errors;
};
ParsedQuery list_query(console::Locale locale, const http::Form& parameters);

/// The fields of the record form, line ends made plain.
console::RecordFields form_fields(const http::Form& form);

/// A whole number from 1, such as an id or a version; nothing for any other text.
std::optional<std::int64_t> positive(std::string_view text);

}  // namespace routes::console_models
