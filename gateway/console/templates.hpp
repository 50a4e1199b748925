// Templates to HTML. A page's template is put into the layout, its words are filled in and it is parsed, once for each language; every
// value is escaped by Mustache ({{x}}; the unescaped forms are refused). Called by the renderers.
#pragma once

#include "console/models.hpp"

#include <kainjow/mustache.hpp>

#include <string>
#include <string_view>

namespace console {

using Data = kainjow::mustache::data;

/// The template's source as Mustache will read it: `{{>name}}` replaced by templates/name.html, `{{t.key}}` by escaped words. Throws
/// std::logic_error for an unknown word, an unknown template or an unescaped tag.
std::string template_source(std::string_view name, Locale locale);

/// templates/<name>.html in the layout. What the layout needs is added to `data`. Throws std::logic_error for a faulty template.
std::string render_template(std::string_view name, const Frame& frame, Data& data);

/// templates/<name>.html alone, for a script that puts it into a page.
std::string render_part(std::string_view name, Locale locale, const Data& data);

/// Turns a condition into a section: `{{#name}}…{{/name}}`.
inline Data flag(bool value) { return Data{value ? Data::type::bool_true : Data::type::bool_false}; }

}  // namespace console
