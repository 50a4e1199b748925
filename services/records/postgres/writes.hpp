// The three writes on one connection: each a statement that leaves its idempotency row in its own transaction, so that running it again
// after a broken connection finds what it did. Called by Store only.
#pragma once

#include "records/postgres/sql.hpp"
#include "records/record_store.hpp"

namespace records::postgres {

/// One outcome each. The outer error: the statement as a whole failed.
Awaitable<base::Result<std::vector<base::Result<Written>>>> create_batch(Sql& sql, pg::Connection& connection,
                                                                         const std::vector<Creation>& creations, base::Deadline deadline);

Awaitable<base::Result<Written>> update_one(Sql& sql, pg::Connection& connection, const Update& update, base::Deadline deadline);

Awaitable<base::Result<Written>> remove_one(Sql& sql, pg::Connection& connection, const Deletion& deletion, base::Deadline deadline);

/// Parameters of Sql::create_plain.
pg::Params plain_params(const std::vector<NewRecord>& rows);

}  // namespace records::postgres
