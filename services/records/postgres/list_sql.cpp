#include "records/postgres/list_sql.hpp"

#include "records/postgres/sql.hpp"

#include <variant>

// PostgreSQL plans a statement anew at each run while that looks cheaper than the plan for values it does not know. For most lists planning
// costs more than running, and ends in the same plan. So these texts do not show what makes values that are known look cheaper: how many
// elements an array has (array_value), and how short a page is (add_limit).
namespace records::postgres {
namespace {

/// A page that many records precede is not made beside others that come at once.
constexpr std::int64_t longest_shared_skip = 1000;

using Value = std::variant<std::string, std::int64_t, base::Micros>;
constexpr const char* type_names[] = {"text", "bigint", "timestamptz"};

/// SQL with a `?` for each value.
struct Template {
  std::string text;
  std::vector<Value> values;

  void where(const std::string& condition, auto... more) {
    text += (values.empty() ? " WHERE " : " AND ") + condition;
    (values.emplace_back(std::move(more)), ...);
  }
};

/// Text that contains `q`, with the wildcards of LIKE taken literally.
std::string like_pattern(const std::string& q) {
  std::string pattern = "%";
  for (const char c : q) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

void add_filter(Template& made, const Filter& filter) {
  if (filter.status) made.where("status = ?", std::string(name(*filter.status)));
  if (filter.owner) made.where("owner = ?", *filter.owner);
  // The title's own collation knows no letter case beyond ASCII; the database's does.
  if (filter.q) {
    const std::string pattern = like_pattern(*filter.q);
    made.where("(title COLLATE \"default\" ILIKE ? OR description ILIKE ?)", pattern, pattern);
  }
}

const char* column(SortKey key) {
  switch (key) {
    case SortKey::created_at:
      return "created_at";
    case SortKey::updated_at:
      return "updated_at";
    case SortKey::title:
      return "title";
    case SortKey::id:
      break;
  }
  return "id";
}

void add_keyset(Template& made, Sort sort, const Keyset& after) {
  const std::string compare = sort.descending ? " < " : " > ";
  if (sort.key == SortKey::id) return made.where("id" + compare + "?", after.id);
  const std::string places = "(" + std::string(column(sort.key)) + ", id)" + compare + "(?, ?)";
  if (sort.key == SortKey::title) return made.where(places, after.value, after.id);
  made.where(places, base::Micros(std::chrono::microseconds(std::stoll(after.value))), after.id);
}

/// The page but for its LIMIT and OFFSET. The skip, if any, is the last value.
Template page_template(const ListQuery& query) {
  Template made{"SELECT " RECORD_COLUMNS " FROM records", {}};
  add_filter(made, query.filter);
  if (query.after) add_keyset(made, query.sort, *query.after);
  const char* const direction = query.sort.descending ? " DESC" : "";
  made.text += " ORDER BY ";
  if (query.sort.key != SortKey::id) made.text += std::string(column(query.sort.key)) + direction + ", ";
  made.text += std::string("id") + direction;
  if (query.skip > 0) {
    made.text += " OFFSET ?";
    made.values.emplace_back(query.skip);
  }
  return made;
}

std::string scalar(std::size_t number, const Value& value) { return "$" + std::to_string(number) + "::" + type_names[value.index()]; }

std::string array_value(std::size_t number, const Value& value) { return "(SELECT " + scalar(number, value) + "[])"; }

/// Its first rows, as many as the last parameter says. The way to what contains a text depends on the text: that is planned anew.
std::string add_limit(const std::string& text, const ListQuery& query, pg::Params& params) {
  params.int8(query.limit + 1);
  const std::string rows = " LIMIT $" + std::to_string(params.count()) + "::bigint";
  if (query.filter.q || query.limit > limits::page) return text + rows;
  return "SELECT * FROM (" + text + " LIMIT " + std::to_string(limits::page + 1) + ") AS page" + rows;
}

/// With each `?` replaced by what `name_of(its number from 0)` says.
std::string filled(std::string_view text, auto name_of) {
  std::string out;
  std::size_t number = 0;
  for (const char c : text) {
    if (c == '?') out += name_of(number++);
    else out += c;
  }
  return out;
}

void add_value(pg::Params& params, const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) params.text(std::string_view(*text));
  else if (const auto* number = std::get_if<std::int64_t>(&value)) params.int8(*number);
  else params.timestamptz(std::get<base::Micros>(value));
}

template <class T, class Kept = T>
std::vector<Kept> column_of(const std::vector<Template>& rows, std::size_t number) {
  std::vector<Kept> column;
  column.reserve(rows.size());
  for (const Template& row : rows) column.emplace_back(std::get<T>(row.values[number]));
  return column;
}

/// One array for each value of the rows, which are of one shape.
void add_columns(pg::Params& params, const std::vector<Template>& rows) {
  for (std::size_t number = 0; number < rows[0].values.size(); ++number) {
    const Value& first = rows[0].values[number];
    if (std::holds_alternative<std::string>(first)) params.text_array(column_of<std::string, std::string_view>(rows, number));
    else if (std::holds_alternative<std::int64_t>(first)) params.int8_array(column_of<std::int64_t>(rows, number));
    else params.timestamptz_array(column_of<base::Micros>(rows, number));
  }
}

/// "unnest((SELECT $1::text[]), …) WITH ORDINALITY AS q(v0, …, n)": the rows that add_columns has given.
std::string source(const Template& row) {
  std::string arrays, names;
  for (std::size_t number = 0; number < row.values.size(); ++number) {
    arrays += (number == 0 ? "" : ", ") + array_value(number + 1, row.values[number]);
    names += "v" + std::to_string(number) + ", ";
  }
  return "unnest(" + arrays + ") WITH ORDINALITY AS q(" + names + "n)";
}

std::string row_value(std::size_t number) { return "q.v" + std::to_string(number); }

}  // namespace

Query ListSql::page(const ListQuery& query) {
  const Template made = page_template(query);
  pg::Params params;
  for (const Value& value : made.values) add_value(params, value);
  const auto name_of = [&](std::size_t number) { return scalar(number + 1, made.values[number]); };
  std::string text = add_limit(filled(made.text, name_of), query, params);
  return {&cached(std::move(text)), std::move(params)};
}

// Without a search for text the counters know (migrations/0002_counters.sql): what is folded, and what is not yet.
Query ListSql::count(const Filter& filter) {
  Template made;
  add_filter(made, filter);
  pg::Params params;
  for (const Value& value : made.values) add_value(params, value);
  const std::string where = filled(made.text, [&](std::size_t number) { return scalar(number + 1, made.values[number]); });
  if (filter.q) return {&cached("SELECT count(*) FROM records" + where), std::move(params)};
  std::string folded = where;
  for (const auto& [given, column] : {std::pair(filter.status.has_value(), "status"), std::pair(filter.owner.has_value(), "owner")})
    if (!given) folded += (folded.empty() ? " WHERE " : " AND ") + std::string(column) + " = ''";
  return {&cached("SELECT coalesce((SELECT n FROM record_counts" + folded +
                  "), 0) + coalesce((SELECT sum(n)::bigint FROM record_count_deltas" + where + "), 0)"),
          std::move(params)};
}

std::string ListSql::shape(const ListQuery& query) {
  const bool slow = query.filter.q || query.skip > longest_shared_skip;
  const bool same = !query.filter.status && !query.filter.owner && !query.after && query.skip == 0;
  if (slow || same) return {};
  std::string shape = std::to_string(query.limit);
  for (const bool one : {query.filter.status.has_value(), query.filter.owner.has_value(), query.after.has_value(), query.skip > 0,
                         query.sort.descending, query.count})
    shape += one ? '+' : '-';
  return shape += static_cast<char>('0' + static_cast<int>(query.sort.key));
}

Query ListSql::pages(std::span<const ListQuery* const> queries) {
  std::vector<Template> rows;
  rows.reserve(queries.size());
  for (const ListQuery* query : queries) rows.push_back(page_template(*query));
  pg::Params params;
  add_columns(params, rows);
  std::string text = "SELECT r.*, q.n FROM " + source(rows[0]) + ", LATERAL (";
  text += add_limit(filled(rows[0].text, row_value), *queries[0], params) + ") AS r";
  return {&cached(std::move(text)), std::move(params)};
}

Query ListSql::counts(std::span<const ListQuery* const> queries) {
  std::vector<Template> rows(queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) add_filter(rows[i], queries[i]->filter);
  const Filter& filter = queries[0]->filter;
  pg::Params params;
  if (rows[0].values.empty()) {
    const std::vector<std::int64_t> nothing(queries.size());
    params.int8_array(nothing);
    return {&cached("WITH total AS MATERIALIZED (SELECT coalesce((SELECT n FROM record_counts WHERE owner = '' AND status = ''), 0)"
                    " + coalesce((SELECT sum(n)::bigint FROM record_count_deltas), 0) AS n)"
                    " SELECT total.n FROM unnest($1::bigint[]), total"),
            std::move(params)};
  }
  add_columns(params, rows);
  std::string folded, pending;
  std::size_t number = 0;
  for (const auto& [given, column] :
       {std::pair(filter.status.has_value(), std::string("status")), std::pair(filter.owner.has_value(), std::string("owner"))}) {
    folded += (folded.empty() ? "" : " AND ") + column + " = " + (given ? row_value(number) : "''");
    if (!given) continue;
    pending += (pending.empty() ? "d." : " AND d.") + column + " = " + row_value(number);
    ++number;
  }
  const std::string count = "SELECT coalesce((SELECT n FROM record_counts WHERE " + folded + "), 0) + coalesce(";
  // An owner's come by their index, one after the other; for statuses all are read, once.
  if (filter.owner)
    return {&cached(count + "(SELECT sum(d.n)::bigint FROM record_count_deltas AS d WHERE " + pending + "), 0) FROM " + source(rows[0]) +
                    " ORDER BY q.n"),
            std::move(params)};
  return {&cached(count + "d.n, 0) FROM " + source(rows[0]) +
                  " LEFT JOIN (SELECT status, sum(n)::bigint AS n FROM record_count_deltas GROUP BY status) AS d ON " + pending +
                  " ORDER BY q.n"),
          std::move(params)};
}

const pg::Statement& ListSql::cached(std::string text) {
  auto& kept = made_[text];
  if (!kept) kept = std::make_unique<pg::Statement>(std::move(text));
  return *kept;
}

}  // namespace records::postgres
