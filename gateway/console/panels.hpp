// The parts that several pages share: statistics (ring, legend, owners), cluster, failures, select options. Each adds its values to a
// page's data. Called by the renderers only.
#pragma once

#include "console/models.hpp"
#include "console/templates.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace console {

void add_statistics(Data& data, Locale locale, const Statistics& statistics, std::size_t owner_limit);
/// The panel of the list page, or a sentence why it is missing.
void add_statistics(Data& data, Locale locale, const Part<Statistics>& part, std::size_t owner_limit);
void add_cluster(Data& data, Locale locale, const Part<ClusterView>& part);

/// `failed`, `failure_heading` and `failure_detail`.
void add_failure(Data& data, Locale locale, const std::optional<Failure>& failure);
std::string failure_heading(Locale locale, const Failure& failure);

/// `has_errors` and `errors`, and `<field>_error` for each field's first error.
void add_errors(Data& data, Locale locale, std::span<const FieldError> errors);

std::string status_name(Locale locale, std::string_view status);
/// The four statuses as options; `any` adds an empty first one.
Data status_options(Locale locale, std::string_view selected, bool any);
Data option(std::string_view value, std::string name, bool selected);

}  // namespace console
