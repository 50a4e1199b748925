// The form that takes a file or pasted lines, and what became of them.
#include "console/format.hpp"
#include "console/pages.hpp"
#include "console/panels.hpp"
#include "console/words.hpp"

namespace console {

std::string render(const Frame& frame, const ImportPage& page) {
  const Locale locale = frame.locale;
  Data data;
  data.set("page_title", say(locale, "import.heading"));
  data.set("nav_import", flag(true));
  data.set("file_hint", say(locale, "import.file_hint", {{"limit", bytes(page.limit_bytes)}}));
  data.set("text", page.text);
  data.set("ndjson", flag(page.format == "ndjson"));
  data.set("atomic", flag(page.atomic));
  data.set("has_outcome", flag(page.outcome.has_value()));
  if (page.outcome) {
    const ImportOutcome& outcome = *page.outcome;
    data.set("outcome_text", say(locale, "import.outcome", {{"imported", grouped(outcome.imported)}, {"failed", grouped(outcome.failed)}}));
    Data lines{Data::type::list};
    for (const ImportLine& line : outcome.errors) {
      Data item;
      item.set("line", std::to_string(line.line));
      item.set("line_field", line.field.empty() ? "" : say_or(locale, "field." + line.field, line.field));
      item.set("line_message", line.message);
      lines << item;
    }
    data.set("lines", lines);
    data.set("has_lines", flag(!outcome.errors.empty()));
    data.set("truncated", flag(outcome.truncated));
  }
  add_errors(data, locale, page.errors);
  add_failure(data, locale, page.failure);
  return render_template("import", frame, data);
}

}  // namespace console
