// The forms for one record: create, edit (with the choice after a conflict) and the question before a delete.
#include "console/format.hpp"
#include "console/links.hpp"
#include "console/pages.hpp"
#include "console/panels.hpp"
#include "console/words.hpp"

namespace console {
namespace {

std::string back_link(const std::string& back) { return back.empty() ? "/" : "/?" + back; }
std::string back_parameter(const std::string& back) { return back.empty() ? "" : "?back=" + url_encode(back); }

void add_difference(Data& list, std::string name, const std::string& stored, const std::string& yours) {
  Data item;
  item.set("difference_name", name);
  item.set("stored_value", stored);
  item.set("your_value", yours);
  item.set("differs", flag(stored != yours));
  list << item;
}

void add_conflict(Data& data, Locale locale, const RecordView& stored, const RecordFields& yours) {
  Data list{Data::type::list};
  add_difference(list, say(locale, "field.title"), stored.title, yours.title);
  add_difference(list, say(locale, "field.owner"), stored.owner, yours.owner);
  add_difference(list, say(locale, "field.status"), status_name(locale, stored.status), status_name(locale, yours.status));
  add_difference(list, say(locale, "field.description"), stored.description, yours.description);
  data.set("differences", list);
}

std::string record_name(Locale locale, std::int64_t id) { return say(locale, "form.record", {{"id", std::to_string(id)}}); }

}  // namespace

std::string render(const Frame& frame, const FormPage& page) {
  const Locale locale = frame.locale;
  const bool editing = page.id > 0;
  const std::string self = editing ? "/console/records/" + std::to_string(page.id) : "/console/records/new";
  Data data;
  data.set("page_title", editing ? record_name(locale, page.id) : say(locale, "form.new"));
  data.set("editing", flag(editing));
  data.set("action", self);
  data.set("back", page.back);
  data.set("back_link", back_link(page.back));
  data.set("reload_link", self + back_parameter(page.back));
  data.set("delete_link", self + "/delete" + back_parameter(page.back));
  data.set("version", std::to_string(page.version));
  data.set("idempotency_key", page.idempotency_key);
  data.set("field_title", page.fields.title);
  data.set("field_owner", page.fields.owner);
  data.set("field_description", page.fields.description);
  data.set("status_options", status_options(locale, page.fields.status, false));
  data.set("autofocus", flag(!editing && page.errors.empty()));
  data.set("error_heading", say(locale, "form.errors", {{"n", std::to_string(page.errors.size())}}));
  if (page.stored) {
    data.set("meta", say(locale, "form.meta",
                         {{"version", std::to_string(page.stored->version)},
                          {"created", minute(page.stored->created_at)},
                          {"updated", minute(page.stored->updated_at)}}));
  }
  data.set("conflict", flag(page.conflict && page.stored));
  if (page.conflict && page.stored) add_conflict(data, locale, *page.stored, page.fields);
  add_errors(data, locale, page.errors);
  add_failure(data, locale, page.failure);
  return render_template("form", frame, data);
}

std::string render(const Frame& frame, const DeletePage& page) {
  const Locale locale = frame.locale;
  const RecordView& record = page.record;
  const std::string self = "/console/records/" + std::to_string(record.id);
  Data data;
  data.set("page_title", say(locale, "delete.heading"));
  data.set("record_name", record_name(locale, record.id));
  data.set("action", self + "/delete");
  data.set("edit_link", self + back_parameter(page.back));
  data.set("back", page.back);
  data.set("back_link", back_link(page.back));
  data.set("changed", flag(page.changed));
  data.set("id", std::to_string(record.id));
  data.set("title", record.title);
  data.set("owner", record.owner);
  data.set("status", record.status);
  data.set("status_name", status_name(locale, record.status));
  data.set("updated", second(record.updated_at));
  data.set("version", std::to_string(record.version));
  add_failure(data, locale, page.failure);
  return render_template("delete", frame, data);
}

}  // namespace console
