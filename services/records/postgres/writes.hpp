// The writes on one connection: each a statement that leaves its idempotency row in its own transaction, so that running it again
// after a broken connection finds what it did. Called by Store only.
#pragma once

#include "records/postgres/sql.hpp"
#include "records/record_store.hpp"

#include <variant>

namespace records::postgres {

/// One outcome each. The outer error: the statement as a whole failed.
Awaitable<base::Result<std::vector<base::Result<Written>>>> create_keyed(Sql& sql, pg::Connection& connection,
                                                                         const std::vector<Creation>& creations, base::Deadline deadline);

/// Without idempotency keys: one row of this name is the evidence of all. No outcome: this one was not created under the name and never
/// will be, which is what happens to all when the database refuses the statement. The outer error: try again, or it is the outcome of all.
Awaitable<base::Result<std::vector<std::optional<Written>>>> create_named(Sql& sql, pg::Connection& connection,
                                                                          const std::vector<Creation>& creations, std::string name,
                                                                          base::Deadline deadline);

/// A write to a record that is there.
using Alteration = std::variant<Update, Deletion>;

Awaitable<base::Result<Written>> alter_one(Sql& sql, pg::Connection& connection, const Alteration& change, base::Deadline deadline);

/// In one transaction, in this order; one outcome each. The outer error: none was made, or nobody knows. A row that somebody else holds
/// is waited for 50 ms at most, for the neighbours' sake.
Awaitable<base::Result<std::vector<base::Result<Written>>>> alter_all(Sql& sql, pg::Connection& connection,
                                                                      const std::vector<const Alteration*>& changes,
                                                                      base::Deadline deadline);

/// The connection, the node or the deadline failed, not a statement.
bool holds_for_all(const base::Error& error);

/// Parameters of Sql::create_plain.
pg::Params plain_params(const std::vector<NewRecord>& rows);

}  // namespace records::postgres
