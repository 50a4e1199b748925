// All SQL of the PostgreSQL store, named by what it does. What differs on openGauss differs here and nowhere else.
#pragma once

#include "pg/connection.hpp"
#include "records/record.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace records::postgres {

/// Columns of a record in the order that read_record expects, starting at `first`.
Record read_record(const pg::Rows& rows, int row, int first = 0);

/// A statement and its parameters, ready to be sent.
struct Query {
  const pg::Statement* statement;
  pg::Params params;
};

/// Texts are made once and kept: at most one for each combination of filters, sort and paging (under 200).
class Sql {
 public:
  Sql();

  /// One more row than the page holds, to know whether there is a next one.
  Query page(const ListQuery& query);
  Query count(const Filter& filter);

  pg::Statement by_ids;             ///< $1 ids
  pg::Statement create;             ///< $1 titles $2 owners $3 statuses $4 descriptions $5 keys (empty: none) $6 fingerprints
  pg::Statement create_plain;       ///< $1…$4 as above: no keys
  pg::Statement earlier_creations;  ///< $1 keys
  pg::Statement update;    ///< $1 id $2 title $3 owner $4 status $5 description $6 versions (null: any) $7 key (null: none) $8 fingerprint
  pg::Statement remove;    ///< $1 id $2 versions $3 key $4 fingerprint
  pg::Statement position;  ///< the log's position now
  pg::Statement begin;
  pg::Statement begin_snapshot;
  pg::Statement take_snapshot;  ///< BEGIN alone waits for the first query
  pg::Statement commit;
  pg::Statement rollback;
  pg::Statement forget_keys;  ///< $1 older than, $2 at most

 private:
  const pg::Statement& cached(std::string text);

  std::unordered_map<std::string, std::unique_ptr<pg::Statement>> made_;
};

}  // namespace records::postgres
