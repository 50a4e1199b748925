// The SQL of lists: made from the query, for one alone or for many of the same shape together. Used by Store.
#pragma once

#include "pg/connection.hpp"
#include "records/record.hpp"

#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace records::postgres {

/// A statement and its parameters, ready to be sent.
struct Query {
  const pg::Statement* statement;
  pg::Params params;
};

/// Texts are made once and kept: at most two for each combination of filters, sort and paging (under 400).
class ListSql {
 public:
  /// One more row than the page holds, to know whether there is a next one.
  Query page(const ListQuery& query);
  Query count(const Filter& filter);

  /// Queries of one shape differ in their values only, so that one statement can answer them all. Empty: this one goes alone, because it
  /// may take long (a search for text, a deep skip) or has no values.
  static std::string shape(const ListQuery& query);
  /// The pages of queries of one shape; behind a record's columns each row has the number of its query, from 1, in rising order.
  Query pages(std::span<const ListQuery* const> queries);
  /// Their totals, one row each.
  Query counts(std::span<const ListQuery* const> queries);

 private:
  const pg::Statement& cached(std::string text);

  std::unordered_map<std::string, std::unique_ptr<pg::Statement>> made_;
};

}  // namespace records::postgres
