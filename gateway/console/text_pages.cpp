// The page of a full summary, and the page that says why there is no other page (404, 403, 400, 503 …).
#include "console/format.hpp"
#include "console/pages.hpp"
#include "console/panels.hpp"
#include "console/words.hpp"

namespace console {
namespace {

constexpr std::size_t owners_shown = 50;

void add_run(Data& data, const Statistics& result) {
  data.set("job_name", result.job_name);
  data.set("fallback", flag(!result.fallback_reason.empty()));
  if (!result.job_id.empty()) data.set("job_id", result.job_id);
  // Only what a browser opens as a page: never a "javascript:" address.
  if (result.job_url.starts_with("http://") || result.job_url.starts_with("https://")) data.set("job_url", result.job_url);
  data.set("parallelism", std::to_string(result.parallelism));
  data.set("duration", grouped(result.duration_ms) + " ms");
  data.set("generated", second(result.generated_at));
}

}  // namespace

std::string render(const Frame& frame, const SummaryPage& page) {
  const Locale locale = frame.locale;
  Data data;
  data.set("page_title", say(locale, "summary.heading"));
  data.set("nav_summary", flag(true));
  Data engines{Data::type::list};
  for (const char* engine : {"auto", "flink", "sql"})
    engines << option(engine, say(locale, std::string("engine.") + engine), page.engine == engine);
  data.set("engine_options", engines);
  data.set("has_statistics", flag(page.result.has_value()));
  if (page.result) {
    add_statistics(data, locale, *page.result, owners_shown);
    add_run(data, *page.result);
  }
  add_failure(data, locale, page.failure);
  return render_template("summary", frame, data);
}

std::string render(const Frame& frame, const MessagePage& page) {
  const Locale locale = frame.locale;
  const std::string code = std::to_string(page.status);
  Data data;
  data.set("page_title", say_or(locale, "message." + code, say(locale, "message.other")));
  data.set("status_code", code);
  data.set("explain", say_or(locale, "message." + code + ".explain", ""));
  if (!page.detail.empty()) data.set("detail", page.detail);
  return render_template("message", frame, data);
}

}  // namespace console
