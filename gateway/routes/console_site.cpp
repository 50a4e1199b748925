// The console's reading pages: list, summary, import form. The record forms are in console_forms.cpp.
#include "routes/console_site.hpp"

#include "console/links.hpp"
#include "console/pages.hpp"
#include "console/words.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace routes {

namespace models = console_models;
using namespace boost::asio::experimental::awaitable_operators;

namespace {

template <class Value>
void put(console::Part<Value>& part, base::Result<Value>& result) {
  if (result) part.value = std::move(*result);
  else part.failure = failure(result.error());
}

void put_cluster(console::Part<console::ClusterView>& part, const base::Result<cluster::v1::GetTopologyResponse>& topology) {
  if (topology) part.value = models::cluster(*topology);
  else part.failure = failure(topology.error());
}

/// What the backend refuses in a query, named as the page's own errors are; false where it is another failure.
bool add_refused(console::ListPage& page, console::Locale locale, const base::Error& error) {
  if (error.code != base::Code::invalid_argument) return false;
  for (const auto& field : error.fields) {
    const bool token = field.field == "page_token";
    page.errors.push_back({field.field, token ? console::say(locale, "error.page_token") : field.message});
  }
  if (page.errors.empty()) page.errors.push_back({"", error.message});
  page.query.page_token.clear();
  return true;
}

console::ImportPage import_page(const http::Form& form) {
  console::ImportPage page;
  page.limit_bytes = ConsoleSite::form_limit;
  page.text = form.get("text");
  page.format = form.get("format") == "ndjson" ? "ndjson" : "csv";
  page.atomic = form.get("mode") == "atomic";
  return page;
}

console::ImportOutcome outcome(const records::v1::ImportResponse& response) {
  console::ImportOutcome out;
  out.imported = response.imported();
  out.failed = response.failed();
  for (const auto& error : response.errors()) out.errors.push_back({error.line(), error.field(), error.message()});
  out.truncated = response.errors_truncated();
  return out;
}

}  // namespace

boost::asio::awaitable<void> ConsoleSite::fill_panels(console::ListPage& page) {
  auto figures = backend_.figures();
  auto topology = backend_.topology();
  auto [numbers, nodes] = co_await (std::move(figures) && std::move(topology));
  put(page.statistics, numbers);
  put_cluster(page.cluster, nodes);
}

ConsoleSite::Page ConsoleSite::list(Visit visit) {
  Answer answer;
  const auto parameters = http::parse_urlencoded(visit.query());
  if (!parameters) co_return message(visit, 400, parameters.error().message);
  auto parsed = models::list_query(visit.locale(), *parameters);
  console::ListPage page;
  page.query = std::move(parsed.query);
  page.errors = std::move(parsed.errors);
  unsigned status = page.errors.empty() ? 200 : 400;
  if (page.errors.empty()) {
    const auto request = models::list_request(page.query);
    auto records = backend_.list(request);
    auto panels = fill_panels(page);
    const auto listing = co_await (std::move(records) && std::move(panels));
    if (listing) {
      page.listing.value = models::listing(*listing);
    } else if (add_refused(page, visit.locale(), listing.error())) {
      status = 400;
    } else {
      page.listing.failure = failure(listing.error());
      status = http_status(listing.error());
    }
  } else {
    co_await fill_panels(page);
  }
  const console::Frame frame = page_frame(visit, answer);
  co_return html(answer, status, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::summary(Visit visit) {
  Answer answer;
  const auto parameters = http::parse_urlencoded(visit.query());
  if (!parameters) co_return message(visit, 400, parameters.error().message);
  console::SummaryPage page;
  unsigned status = 200;
  const std::string engine(parameters->get("engine"));
  if (engine == "flink" || engine == "sql") page.engine = engine;
  if (!engine.empty() && engine != "auto" && page.engine != engine) {
    status = 400;
    page.failure = console::Failure{400, "engine: auto, flink, sql"};
  } else if (!parameters->get("run").empty()) {
    auto result = co_await backend_.summarize(page.engine);
    if (result) {
      page.result = std::move(*result);
    } else {
      page.failure = failure(result.error());
      status = http_status(result.error());
    }
  }
  // The page does without them where they cannot be had.
  if (const auto runs = co_await backend_.runs()) page.past = models::past_runs(*runs);
  const console::Frame frame = page_frame(visit, answer);
  co_return html(answer, status, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::cluster(Visit visit) {
  Answer answer;
  console::Part<console::ClusterView> part;
  put_cluster(part, co_await backend_.topology());
  co_return html(answer, 200, console::render_cluster(visit.locale(), part));
}

ConsoleSite::Page ConsoleSite::import_form(Visit visit) {
  Answer answer;
  const console::Frame frame = page_frame(visit, answer);
  const http::Form nothing;
  co_return html(answer, 200, console::render(frame, import_page(nothing)));
}

ConsoleSite::Page ConsoleSite::import(Visit visit) {
  Answer answer;
  auto form = http::parse_form(visit.content_type, visit.body);
  if (!form) co_return message(visit, 415);
  if (!*form) co_return message(visit, 400, form->error().message);
  if (!allowed(visit, (*form)->get("csrf"))) co_return message(visit, 403);
  const console::Frame frame = form_frame(visit, answer, "/console/import");
  console::ImportPage page = import_page(**form);
  const std::string file((*form)->get("file"));
  const bool pasted = page.text.find_first_not_of(" \t\r\n") != std::string::npos;
  if (file.empty() != pasted) {
    page.errors.push_back({"", console::say(frame.locale, file.empty() ? "import.nothing" : "import.both")});
    co_return html(answer, 422, console::render(frame, page));
  }
  const auto response = co_await backend_.import(pasted ? page.text : file, page.format, page.atomic);
  if (!response) {
    page.failure = failure(response.error());
    co_return html(answer, http_status(response.error()), console::render(frame, page));
  }
  if (response->failed() == 0) {
    co_return redirect("/", console::Flash{"flash.imported", response->imported(), 0});
  }
  page.outcome = outcome(*response);
  co_return html(answer, response->imported() > 0 ? 200 : 422, console::render(frame, page));
}

}  // namespace routes
