// Answers kept under the caller's key for a day, in the transaction of the write itself. Used by store.cpp.
#pragma once

#include "lite/database.hpp"
#include "records/record_store.hpp"

namespace records::sqlite {

/// How long an answer is kept.
inline constexpr std::chrono::hours answers_kept{24};

/// The first answer under this key; nothing where the key is empty or new. Another fingerprint: INVALID_ARGUMENT, IDEMPOTENCY_KEY_REUSED.
base::Result<std::optional<Written>> replay(lite::Database& database, const Idempotency& idempotency, base::Micros now);

/// Keeps `record` as the answer, and drops a bounded number of answers that are too old. Does nothing without a key.
void remember(lite::Database& database, const Idempotency& idempotency, const Record& record, base::Micros now);

}  // namespace records::sqlite
