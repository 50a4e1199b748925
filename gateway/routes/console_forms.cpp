// The console's writing pages: create, edit, delete. Each post is checked for its origin, then for its fields, then done; what follows is a
// redirect, or the same form with everything that was typed.
#include "routes/console_site.hpp"

#include "console/form_check.hpp"
#include "console/guard.hpp"
#include "console/links.hpp"
#include "console/pages.hpp"
#include "console/words.hpp"

#include <optional>

namespace routes {

namespace models = console_models;

namespace {

/// A posted form that may be acted on, or the answer that refuses it.
struct Posted {
  http::Form form;
  std::optional<Answer> refused;
};

Posted read_post(const Visit& visit) {
  auto form = http::parse_form(visit.content_type, visit.body);
  if (!form) return {{}, message(visit, 415)};
  if (!*form) return {{}, message(visit, 400, form->error().message)};
  if (!allowed(visit, (*form)->get("csrf"))) return {{}, message(visit, 403)};
  return {std::move(**form), {}};
}

/// The list to return to; what a hand has changed leads to the plain list.
std::string back_of(const Visit& visit) {
  const auto parameters = http::parse_urlencoded(visit.query());
  return parameters ? console::clean_back(parameters->get("back")) : std::string();
}

std::string back_link(const std::string& back) { return back.empty() ? "/" : "/?" + back; }
std::string record_link(std::int64_t id) { return "/console/records/" + std::to_string(id); }

Answer no_such_record(const Visit& visit, std::string_view id) {
  return message(visit, 404, console::say(visit.locale(), "message.404.record", {{"id", std::string(id.substr(0, 40))}}));
}

/// Why a record cannot be shown at all.
Answer not_shown(const Visit& visit, std::string_view id, const base::Error& error) {
  return error.code == base::Code::not_found ? no_such_record(visit, id) : message(visit, http_status(error), error.message);
}

/// Puts a failed write into its form: at the fields where the backend names them, else above the form.
unsigned add_failure(console::FormPage& page, const base::Error& error) {
  if (error.code == base::Code::invalid_argument && !error.fields.empty()) {
    for (const auto& field : error.fields) page.errors.push_back({field.field, field.message});
  } else {
    page.failure = failure(error);
  }
  return http_status(error);
}

bool conflicting(const base::Error& error) { return error.reason == base::reason::version_mismatch; }

}  // namespace

ConsoleSite::Page ConsoleSite::new_form(Visit visit) {
  Answer answer;
  console::FormPage page;
  page.back = back_of(visit);
  page.idempotency_key = console::new_token();
  const console::Frame frame = page_frame(visit, answer);
  co_return html(answer, 200, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::create(Visit visit) {
  Answer answer;
  auto posted = read_post(visit);
  if (posted.refused) co_return std::move(*posted.refused);
  const console::Frame frame = form_frame(visit, answer, "/console/records/new");
  console::FormPage page;
  page.fields = models::form_fields(posted.form);
  page.back = console::clean_back(posted.form.get("back"));
  const std::string key(posted.form.get("key"));
  page.errors = console::check(frame.locale, page.fields);
  unsigned status = 422;
  if (page.errors.empty()) {
    records::v1::CreateRequest request;
    *request.mutable_record() = models::new_record(page.fields);
    if (console::is_token(key)) request.set_idempotency_key(key);
    const auto record = co_await backend_.create(request);
    if (record) co_return redirect(back_link(page.back), console::Flash{"flash.created", record->id(), 0});
    status = add_failure(page, record.error());
    // While the outcome may be unknown the key stays, so that sending the form again finds what the first try has stored.
    if (status >= 500) page.idempotency_key = key;
  }
  if (!console::is_token(page.idempotency_key)) page.idempotency_key = console::new_token();
  co_return html(answer, status, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::edit_form(Visit visit, std::string id) {
  Answer answer;
  const auto number = models::positive(id);
  if (!number) co_return no_such_record(visit, id);
  const auto record = co_await backend_.get(*number, false);
  if (!record) co_return not_shown(visit, id, record.error());
  console::FormPage page;
  page.id = *number;
  page.stored = models::record(*record);
  page.fields = models::fields(*page.stored);
  page.version = page.stored->version;
  page.back = back_of(visit);
  const console::Frame frame = page_frame(visit, answer);
  co_return html(answer, 200, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::update(Visit visit, std::string id) {
  Answer answer;
  auto posted = read_post(visit);
  if (posted.refused) co_return std::move(*posted.refused);
  const auto number = models::positive(id);
  if (!number) co_return no_such_record(visit, id);
  const auto version = models::positive(posted.form.get("version"));
  if (!version) co_return message(visit, 400, "version");
  const console::Frame frame = form_frame(visit, answer, record_link(*number));
  console::FormPage page;
  page.id = *number;
  page.version = *version;
  page.fields = models::form_fields(posted.form);
  page.back = console::clean_back(posted.form.get("back"));
  page.errors = console::check(frame.locale, page.fields);
  unsigned status = 422;
  if (page.errors.empty()) {
    const auto request = models::update_request(*number, *version, page.fields);
    const auto record = co_await backend_.update(request);
    if (record) co_return redirect(back_link(page.back), console::Flash{"flash.updated", record->id(), record->version()});
    if (conflicting(record.error())) co_return co_await show_conflict(std::move(visit), std::move(page));
    if (record.error().code == base::Code::not_found) co_return no_such_record(visit, id);
    status = add_failure(page, record.error());
  }
  co_return html(answer, status, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::show_conflict(Visit visit, console::FormPage page) {
  Answer answer;
  const auto record = co_await backend_.get(page.id, true);
  if (!record) co_return not_shown(visit, std::to_string(page.id), record.error());
  page.stored = models::record(*record);
  page.conflict = true;
  // Saving now means: over what is shown here.
  page.version = page.stored->version;
  const console::Frame frame = form_frame(visit, answer, record_link(page.id));
  co_return html(answer, 409, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::delete_question(Visit visit, std::string id) {
  Answer answer;
  const auto number = models::positive(id);
  if (!number) co_return no_such_record(visit, id);
  const auto record = co_await backend_.get(*number, false);
  if (!record) co_return not_shown(visit, id, record.error());
  console::DeletePage page;
  page.record = models::record(*record);
  page.back = back_of(visit);
  const console::Frame frame = page_frame(visit, answer);
  co_return html(answer, 200, console::render(frame, page));
}

ConsoleSite::Page ConsoleSite::remove(Visit visit, std::string id) {
  auto posted = read_post(visit);
  if (posted.refused) co_return std::move(*posted.refused);
  const auto number = models::positive(id);
  if (!number) co_return no_such_record(visit, id);
  const auto version = models::positive(posted.form.get("version"));
  if (!version) co_return message(visit, 400, "version");
  const std::string back = console::clean_back(posted.form.get("back"));
  records::v1::DeleteRequest request;
  request.set_id(*number);
  request.add_expected_versions(*version);
  const auto gone = co_await backend_.remove(request);
  if (gone) co_return redirect(back_link(back), console::Flash{"flash.deleted", *number, 0});
  if (conflicting(gone.error())) co_return co_await ask_again(std::move(visit), *number, back);
  // Somebody else has done it: what the user wanted is so.
  if (gone.error().code == base::Code::not_found) co_return redirect(back_link(back), console::Flash{"flash.gone", *number, 0});
  co_return message(visit, http_status(gone.error()), gone.error().message);
}

ConsoleSite::Page ConsoleSite::ask_again(Visit visit, std::int64_t id, std::string back) {
  Answer answer;
  const auto record = co_await backend_.get(id, true);
  if (!record) co_return not_shown(visit, std::to_string(id), record.error());
  console::DeletePage page;
  page.record = models::record(*record);
  page.back = std::move(back);
  page.changed = true;
  const console::Frame frame = form_frame(visit, answer, record_link(id) + "/delete");
  co_return html(answer, 409, console::render(frame, page));
}

}  // namespace routes
