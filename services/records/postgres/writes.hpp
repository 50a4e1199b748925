// The three writes on one connection: each a statement that leaves its idempotency row in its own transaction, so that running it again
// after a broken connection finds what it did. Called by Store only.
#pragma once

#include "records/postgres/sql.hpp"
#include "records/record_store.hpp"

namespace records::postgres {

/// One outcome each. The outer error: the statement as a whole failed.
Awaitable<base::Result<std::vector<base::Result<Written>>>> create_keyed(Sql& sql, pg::Connection& connection,
                                                                         const std::vector<Creation>& creations, base::Deadline deadline);

/// Without idempotency keys: one row of this name is the evidence of all. No outcome: this one was not created under the name and never
/// will be, which is what happens to all when the database refuses the statement. The outer error: try again, or it is the outcome of all.
Awaitable<base::Result<std::vector<std::optional<Written>>>> create_named(Sql& sql, pg::Connection& connection,
                                                                          const std::vector<Creation>& creations, std::string name,
                                                                          base::Deadline deadline);

Awaitable<base::Result<Written>> update_one(Sql& sql, pg::Connection& connection, const Update& update, base::Deadline deadline);

Awaitable<base::Result<Written>> remove_one(Sql& sql, pg::Connection& connection, const Deletion& deletion, base::Deadline deadline);

/// The connection, the node or the deadline failed, not a statement.
bool holds_for_all(const base::Error& error);

/// Parameters of Sql::create_plain.
pg::Params plain_params(const std::vector<NewRecord>& rows);

}  // namespace records::postgres
