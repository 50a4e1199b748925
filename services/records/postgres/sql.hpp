// All fixed SQL of the PostgreSQL store, named by what it does. What differs on openGauss stands in sql_opengauss.cpp and in
// migrations/opengauss.
#pragma once

#include "cluster/database_config.hpp"
#include "pg/connection.hpp"
#include "records/record_store.hpp"

namespace records::postgres {

/// Columns of a record in the order that read_record expects, starting at `first`.
Record read_record(const pg::Rows& rows, int row, int first = 0);

/// Of Sql::position.
Position read_position(const pg::Rows& rows);

/// How many RECORD_COLUMNS are.
inline constexpr int record_columns = 8;
#define RECORD_COLUMNS "id, title, owner, status, description, created_at, updated_at, version"

class Sql {
 public:
  explicit Sql(cluster::Dialect dialect);

  pg::Statement by_ids;             ///< $1 ids
  pg::Statement create;             ///< $1 titles $2 owners $3 statuses $4 descriptions $5 keys $6 fingerprints
  pg::Statement create_named;       ///< $1…$4 as above $5 name $6 places
  pg::Statement named_creations;    ///< $1 name: "place:id …", and when
  pg::Statement claim_name;         ///< $1 name: nothing can be created under it any more
  pg::Statement create_plain;       ///< $1…$4 as above: no keys
  pg::Statement earlier_creations;  ///< $1 keys
  pg::Statement update;  ///< $1 id $2 title $3 owner $4 status $5 description $6 versions (null: any) $7 key (null: none) $8 fingerprint
  pg::Statement remove;  ///< $1 id $2 versions $3 key $4 fingerprint
  pg::Statement wait_shortly;  ///< for locks, in this transaction; see alter_all
  pg::Statement position;      ///< the log's position now, see read_position
  pg::Statement begin;
  pg::Statement begin_snapshot;
  pg::Statement take_snapshot;  ///< BEGIN alone waits for the first query
  pg::Statement commit;
  pg::Statement rollback;
  pg::Statement forget_keys;  ///< $1 older than, $2 at most

 private:
  void speak_opengauss();
};

/// For Counters, in place of its own.
const pg::Statement& fold_of_opengauss();  ///< $1 at most
const pg::Statement& tidy_of_opengauss();

}  // namespace records::postgres
