// The limits of the contract, checked before a form travels on, so that the messages speak the page's language. The records service checks
// again and has the last word. Pure. Called by routes/console.cpp.
#pragma once

#include "console/models.hpp"

#include <vector>

namespace console {

/// Names every bad field.
std::vector<FieldError> check(Locale locale, const RecordFields& fields);
/// Bad parts of the filter; numbers and page tokens are checked where they are parsed.
std::vector<FieldError> check(Locale locale, const ListQuery& query);

bool known_status(std::string_view text);
bool known_sort(std::string_view text);

/// Browsers send a text area's line ends as CR LF; we store LF.
std::string plain_lines(std::string_view text);

}  // namespace console
