// The description of the HTTP contract and the page that shows it. Called by routes/assets.
#pragma once

#include <string_view>

namespace openapi {

/// OpenAPI 3.1, JSON.
std::string_view document();

std::string_view docs_page();
std::string_view docs_style();
std::string_view docs_script();

}  // namespace openapi
