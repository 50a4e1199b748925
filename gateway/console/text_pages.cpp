// The page of a full summary, and the page that says why there is no other page (404, 403, 400, 503 …).
#include "console/assets.hpp"
#include "console/format.hpp"
#include "console/pages.hpp"
#include "console/panels.hpp"
#include "console/words.hpp"

#include <algorithm>

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

void add_past(Data& data, Locale locale, const std::vector<PastRun>& past) {
  data.set("has_past", flag(!past.empty()));
  std::int64_t longest = 1;
  for (const PastRun& run : past) longest = std::max(longest, run.duration_ms);
  Data list{Data::type::list};
  for (const PastRun& run : past) {
    const bool done = run.outcome == "done";
    Data item;
    item.set("past_started", second(run.started_at));
    item.set("past_flink", flag(run.engine == "flink"));
    item.set("past_outcome", say_or(locale, "outcome." + run.outcome, run.outcome));
    item.set("past_total", done ? grouped(run.total) : "–");
    item.set("past_duration", grouped(run.duration_ms) + " ms");
    item.set("past_width", std::to_string(std::max<std::int64_t>(1, run.duration_ms * 100 / longest)));
    item.set("past_reason", run.reason);
    list << item;
  }
  data.set("past", list);
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
  add_past(data, locale, page.past);
  data.set("summary_js_url", find_asset("/console/assets/summary.js")->url);
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
