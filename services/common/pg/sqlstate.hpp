// From a database error to base::Error: the table of the contract, tested row by row.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace pg {

/// `sqlstate` of five characters (PostgreSQL documentation, appendix A); `message` is the server's and goes to the log only.
///   08*, 57P01-57P03, 53300, 25006                -> UNAVAILABLE
///   57014                                          -> DEADLINE_EXCEEDED
///   40001, 40P01                                   -> ABORTED
///   23505                                          -> ALREADY_EXISTS
///   23503                                          -> FAILED_PRECONDITION
///   22*, 23502, 23514                              -> INVALID_ARGUMENT
///   53*                                            -> RESOURCE_EXHAUSTED (disk full, out of memory)
///   anything else                                  -> INTERNAL
base::Error from_sqlstate(std::string_view sqlstate, std::string message);

/// True when the connection cannot be used further: it is broken, or the node under it is no longer what it was.
bool poisons_connection(std::string_view sqlstate);

}  // namespace pg
