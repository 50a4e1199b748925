#include "records/sqlite/idempotency.hpp"

#include "records/sqlite/rows.hpp"
#include "records/sqlite/sql.hpp"
#include "records/sqlite/store.hpp"

namespace records::sqlite {
namespace {

// More than one new key can bring, so that the table shrinks while it is written.
constexpr std::int64_t dropped_at_a_time = 8;

base::Error key_reused() {
  base::Error error = base::invalid("idempotency_key", "was used before with a different request");
  error.reason = base::reason::idempotency_key_reused;
  return error;
}

}  // namespace

base::Result<std::optional<Written>> replay(lite::Database& database, const Idempotency& idempotency, base::Micros now) {
  if (idempotency.key.empty()) return std::optional<Written>();
  const lite::Borrowed query = database.cached(sql::find_key);
  query->bind(":key", idempotency.key).bind(":before", micros(now - answers_kept));
  if (!query->step()) return std::optional<Written>();
  if (query->text(0) != idempotency.fingerprint) return key_reused();
  return std::optional<Written>(Written{.record = read_record(*query, 1), .replayed = true, .served_by = node_name});
}

void remember(lite::Database& database, const Idempotency& idempotency, const Record& record, base::Micros now) {
  if (idempotency.key.empty()) return;
  const lite::Borrowed forget = database.cached(sql::forget_old_keys);
  forget->bind(":before", micros(now - answers_kept)).bind(":limit", dropped_at_a_time).run();
  const lite::Borrowed keep = database.cached(sql::remember_key);
  bind_record(*keep, record);
  keep->bind(":key", idempotency.key).bind(":fingerprint", idempotency.fingerprint).bind(":now", micros(now)).run();
}

}  // namespace records::sqlite
