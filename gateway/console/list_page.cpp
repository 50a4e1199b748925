// The console's first page: filters, table, pager, and the panels at its side.
#include "console/format.hpp"
#include "console/links.hpp"
#include "console/pages.hpp"
#include "console/panels.hpp"
#include "console/words.hpp"

#include <algorithm>
#include <array>

namespace console {
namespace {

constexpr std::size_t owners_shown = 8;

struct Column {
  const char* name;
  bool sortable;
};

constexpr std::array<Column, 7> columns{
    {{"id", true}, {"title", true}, {"owner", false}, {"status", false}, {"created_at", true}, {"updated_at", true}, {"actions", false}}};

Data column_list(Locale locale, const ListQuery& query) {
  Data list{Data::type::list};
  for (const Column& column : columns) {
    Data item;
    item.set("column", column.name);
    item.set("column_name", say(locale, std::string("field.") + column.name));
    item.set("sortable", flag(column.sortable));
    if (column.sortable) {
      ListQuery sorted = query;
      sorted.sort = next_sort(query.sort, column.name);
      sorted.skip = 0;
      sorted.page_token.clear();
      item.set("sort_link", list_link(sorted));
      item.set("sort_state", std::string(sort_state(query.sort, column.name)));
    }
    list << item;
  }
  return list;
}

/// The first line of a description, cut at a character's border.
std::string excerpt(std::string_view text) {
  constexpr std::size_t most = 160;
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::size_t cut = std::min(end, most);
  while (cut < end && cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return std::string(text.substr(0, cut)) + (cut < text.size() ? "…" : "");
}

Data row(Locale locale, const RecordView& record, const std::string& back) {
  const std::string link = "/console/records/" + std::to_string(record.id);
  const std::string name = say(locale, "list.record", {{"id", std::to_string(record.id)}, {"title", record.title}});
  ListQuery by_owner;
  by_owner.owner = record.owner;
  Data item;
  item.set("id", std::to_string(record.id));
  item.set("title", record.title);
  item.set("has_description", flag(!record.description.empty()));
  item.set("description", excerpt(record.description));
  item.set("row_owner", record.owner);
  item.set("owner_link", list_link(by_owner));
  item.set("row_status", record.status);
  item.set("status_name", status_name(locale, record.status));
  item.set("created", minute(record.created_at));
  item.set("created_full", base::rfc3339(record.created_at));
  item.set("updated", minute(record.updated_at));
  item.set("updated_full", base::rfc3339(record.updated_at));
  item.set("edit_link", link + back);
  item.set("delete_link", link + "/delete" + back);
  item.set("edit_label", say(locale, "list.edit_label", {{"name", name}}));
  item.set("delete_label", say(locale, "list.delete_label", {{"name", name}}));
  return item;
}

void add_link(Data& data, const std::string& name, const std::string& link) {
  data.set("has_" + name, flag(!link.empty()));
  data.set(name + "_link", link);
}

void add_listing(Data& data, Locale locale, const ListPage& page, const std::string& back) {
  const Listing& listing = *page.listing.value;
  Data rows{Data::type::list};
  for (const RecordView& record : listing.rows) rows << row(locale, record, back);
  const Paging steps = paging(page.query, listing);
  data.set("rows", rows);
  data.set("has_rows", flag(!listing.rows.empty()));
  data.set("beyond", flag(listing.rows.empty() && listing.total > 0));
  data.set("nothing", flag(listing.rows.empty() && listing.total == 0));
  data.set("total", grouped(listing.total));
  add_link(data, "first", steps.first);
  add_link(data, "previous", steps.previous);
  add_link(data, "next", steps.next);
  add_link(data, "last", steps.last);
  data.set("page_number", say(locale, "page.number", {{"page", grouped(steps.page)}, {"pages", grouped(steps.pages)}}));
  data.set("range",
           say(locale, "page.range", {{"from", grouped(steps.from)}, {"to", grouped(steps.to)}, {"total", grouped(listing.total)}}));
  data.set("caption",
           say(locale, "list.caption", {{"from", grouped(steps.from)}, {"to", grouped(steps.to)}, {"total", grouped(listing.total)}}));
}

void add_filters(Data& data, Locale locale, const ListPage& page) {
  const ListQuery& query = page.query;
  data.set("q", query.q);
  data.set("owner", query.owner);
  data.set("sort", query.sort);
  data.set("status_options", status_options(locale, query.status, true));
  std::vector<int> sizes{10, 20, 50, 100, 200};
  if (std::ranges::find(sizes, query.limit) == sizes.end()) sizes.insert(std::ranges::lower_bound(sizes, query.limit), query.limit);
  Data limits{Data::type::list};
  for (const int size : sizes) limits << option(std::to_string(size), std::to_string(size), size == query.limit);
  data.set("limit_options", limits);
  for (const char* field : {"q", "owner", "status"}) {
    const bool bad = std::ranges::find(page.errors, field, &FieldError::field) != page.errors.end();
    data.set(std::string(field) + "_bad", flag(bad));
  }
  data.set("filtered", flag(!filter_string(query).empty()));
}

}  // namespace

std::string render(const Frame& frame, const ListPage& page) {
  const Locale locale = frame.locale;
  const std::string here = query_string(page.query);
  const std::string back = here.empty() ? "" : "?back=" + url_encode(here);
  const std::string filter = filter_string(page.query);
  Data data;
  data.set("page_title", say(locale, "list.heading"));
  data.set("nav_list", flag(true));
  data.set("live", flag(true));
  data.set("back_query", back);
  data.set("export_query", (filter.empty() ? "" : "&" + filter) + "&sort=" + url_encode(page.query.sort));
  add_filters(data, locale, page);
  add_errors(data, locale, page.errors);
  data.set("columns", column_list(locale, page.query));
  data.set("has_listing", flag(page.listing.value.has_value()));
  // A refused query has its own message; there is no failure to show then.
  data.set("listing_failed", flag(!page.listing.value && page.errors.empty()));
  data.set("retry_link", list_link(page.query));
  if (page.listing.value) {
    add_listing(data, locale, page, back);
  } else {
    data.set("failure_heading", failure_heading(locale, page.listing.failure));
    data.set("failure_detail", page.listing.failure.detail);
  }
  add_statistics(data, locale, page.statistics, owners_shown);
  add_cluster(data, locale, page.cluster);
  return render_template("list", frame, data);
}

std::string render_cluster(Locale locale, const Part<ClusterView>& cluster) {
  Data data;
  add_cluster(data, locale, cluster);
  return render_part("cluster", locale, data);
}

}  // namespace console
