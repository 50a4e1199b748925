#include "records/postgres/writes.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <charconv>
#include <unordered_map>

namespace records::postgres {
namespace {

/// How often a statement that lost a race for its key is sent again.
constexpr int attempts = 3;

struct StepsOutcome {
  pg::Rows rows;
  Position position;
};

base::Error key_reused() {
  base::Error error = base::invalid("idempotency_key", "was used before with a different request");
  error.reason = base::reason::idempotency_key_reused;
  return error;
}

/// The write and, behind its commit, the log's position: two steps, one flight.
Awaitable<base::Result<StepsOutcome>> write(Sql& sql, pg::Connection& connection, const pg::Statement& statement, pg::Params params,
                                            base::Deadline deadline) {
  std::vector<pg::Step> steps;
  steps.push_back({&statement, std::move(params), true});
  steps.push_back({&sql.position, {}, true});
  auto outcomes = co_await connection.run(std::move(steps), deadline);
  if (const auto done = pg::all_well(outcomes); done.has_error()) co_return done.error();
  const Position position = read_position((*outcomes)[1].value());
  co_return StepsOutcome{std::move((*outcomes)[0].value()), position};
}

/// As row_to_json wrote it.
base::Result<Record> parse_response(std::string_view text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  const auto* object = value.if_object();
  if (error || !object) return base::internal("an idempotency row holds no record");
  const auto words = [&](const char* key) { return std::string_view(object->at(key).as_string()); };
  const auto created = base::parse_rfc3339(words("created_at")), updated = base::parse_rfc3339(words("updated_at"));
  if (!created || !updated) return base::internal("an idempotency row holds no times");
  return Record{object->at("id").as_int64(),
                std::string(words("title")),
                std::string(words("owner")),
                parse_status(words("status")).value_or(Status::pending),
                std::string(words("description")),
                *created,
                *updated,
                object->at("version").as_int64()};
}

/// $1…$4 of the statements that create.
template <class Item>
pg::Params record_params(const std::vector<Item>& items, auto record_of) {
  std::vector<std::string_view> columns[4];
  for (auto& column : columns) column.reserve(items.size());
  for (const Item& item : items) {
    const NewRecord& record = record_of(item);
    columns[0].push_back(record.title);
    columns[1].push_back(record.owner);
    columns[2].push_back(name(record.status));
    columns[3].push_back(record.description);
  }
  pg::Params params;
  for (const auto& column : columns) params.text_array(column);
  return params;
}

const NewRecord& record_of(const Creation& creation) { return creation.record; }

pg::Params keyed_params(const std::vector<Creation>& creations) {
  pg::Params params = record_params(creations, record_of);
  std::vector<std::string_view> keys, fingerprints;
  for (const Creation& creation : creations) {
    keys.push_back(creation.idempotency.key);
    fingerprints.push_back(creation.idempotency.fingerprint);
  }
  return std::move(params.text_array(keys).text_array(fingerprints));
}

Record as_created(const NewRecord& asked, std::int64_t id, base::Micros created_at) {
  return {id, asked.title, asked.owner, asked.status, asked.description, created_at, created_at, 1};
}

/// A creation whose key was claimed before: its first answer, from the row and the request, which are the same by fingerprint.
base::Result<Written> replay(const Creation& creation, const pg::Rows& rows, int row, Position position) {
  if (rows.text(row, 1) != creation.idempotency.fingerprint) return key_reused();
  return Written{as_created(creation.record, rows.int8(row, 2), rows.timestamptz(row, 3)), position, true, {}};
}

/// What was created under a name before; null where nothing was or can be.
std::vector<std::optional<Written>> found_under_name(const std::vector<Creation>& creations, const StepsOutcome& found) {
  std::unordered_map<std::uint32_t, std::int64_t> ids;
  std::string_view pairs = found.rows.empty() ? std::string_view() : found.rows.text(0, 0);
  const char* const end = pairs.data() + pairs.size();
  for (const char* at = pairs.data(); at < end; ++at) {
    std::uint32_t place = 0;
    std::int64_t id = 0;
    at = std::from_chars(at, end, place).ptr + 1;
    at = std::from_chars(at, end, id).ptr;
    ids.emplace(place, id);
  }
  std::vector<std::optional<Written>> outcomes(creations.size());
  for (std::size_t i = 0; i < creations.size(); ++i)
    if (const auto id = ids.find(creations[i].place); id != ids.end())
      outcomes[i] = Written{as_created(creations[i].record, id->second, found.rows.timestamptz(0, 1)), found.position, false, {}};
  return outcomes;
}

/// Fills the outcomes of the creations that were not stored now because their keys were there already. True when all are settled.
Awaitable<base::Result<bool>> settle_earlier(Sql& sql, pg::Connection& connection, const std::vector<Creation>& creations,
                                             std::vector<std::optional<base::Result<Written>>>& outcomes, base::Deadline deadline) {
  std::vector<std::string_view> keys;
  for (std::size_t i = 0; i < creations.size(); ++i)
    if (!outcomes[i]) keys.push_back(creations[i].idempotency.key);
  if (keys.empty()) co_return true;
  pg::Params params;
  params.text_array(keys);
  base::Result<StepsOutcome> found = co_await write(sql, connection, sql.earlier_creations, std::move(params), deadline);
  if (found.has_error()) co_return found.error();
  std::unordered_map<std::string_view, int> row_of;
  for (int row = 0; row < found->rows.count(); ++row) row_of[found->rows.text(row, 0)] = row;
  bool settled = true;
  for (std::size_t i = 0; i < creations.size(); ++i) {
    if (outcomes[i]) continue;
    const auto row = row_of.find(creations[i].idempotency.key);
    if (row == row_of.end()) settled = false;
    else outcomes[i] = replay(creations[i], found->rows, row->second, found->position);
  }
  co_return settled;
}

pg::Params& versions(pg::Params& params, const std::vector<std::int64_t>& expected) {
  return expected.empty() ? params.null() : params.int8_array(expected);
}

pg::Params& key_of(pg::Params& params, const Idempotency& idempotency) {
  return (idempotency.key.empty() ? params.null() : params.text(std::string_view(idempotency.key)))
      .text(std::string_view(idempotency.fingerprint));
}

pg::Step step_of(Sql& sql, const Update& update) {
  pg::Params params;
  params.int8(update.id).text(update.change.title).text(update.change.owner);
  if (update.change.status) params.text(name(*update.change.status));
  else params.null();
  params.text(update.change.description);
  key_of(versions(params, update.expected_versions), update.idempotency);
  return {&sql.update, std::move(params)};
}

pg::Step step_of(Sql& sql, const Deletion& deletion) {
  pg::Params params;
  params.int8(deletion.id);
  key_of(versions(params, deletion.expected_versions), deletion.idempotency);
  return {&sql.remove, std::move(params)};
}

base::Error refused(std::int64_t id, const pg::Rows& rows, int version_column) {
  if (rows.is_null(0, version_column)) return base::not_found("record " + std::to_string(id) + " does not exist");
  return base::version_mismatch("record " + std::to_string(id) + " has version " + std::to_string(rows.int8(0, version_column)));
}

base::Result<Written> outcome_of(const Update& update, const pg::Rows& rows, Position position) {
  if (!rows.is_null(0, 0)) return Written{read_record(rows, 0), position, false, {}};
  if (rows.is_null(0, 8)) return refused(update.id, rows, 10);
  if (rows.text(0, 8) != update.idempotency.fingerprint) return key_reused();
  base::Result<Record> first = parse_response(rows.text(0, 9));
  if (first.has_error()) return first.error();
  return Written{std::move(first.value()), position, true, {}};
}

base::Result<Written> outcome_of(const Deletion& deletion, const pg::Rows& rows, Position position) {
  if (!rows.is_null(0, 0)) return Written{{}, position, false, {}};
  if (rows.is_null(0, 1)) return refused(deletion.id, rows, 2);
  if (rows.text(0, 1) != deletion.idempotency.fingerprint) return key_reused();
  return Written{{}, position, true, {}};
}

pg::Step step_of(Sql& sql, const Alteration& change) {
  return std::visit([&sql](const auto& asked) { return step_of(sql, asked); }, change);
}

base::Result<Written> outcome_of(const Alteration& change, const pg::Rows& rows, Position position) {
  return std::visit([&](const auto& asked) { return outcome_of(asked, rows, position); }, change);
}

bool lost_race(const base::Error& error) { return error.code == base::Code::already_exists || error.code == base::Code::aborted; }

}  // namespace

bool holds_for_all(const base::Error& error) {
  return error.code == base::Code::unavailable || error.code == base::Code::deadline_exceeded ||
         error.code == base::Code::resource_exhausted || error.code == base::Code::cancelled;
}

pg::Params plain_params(const std::vector<NewRecord>& rows) {
  return record_params(rows, [](const NewRecord& row) -> const NewRecord& { return row; });
}

Awaitable<base::Result<std::vector<base::Result<Written>>>> create_keyed(Sql& sql, pg::Connection& connection,
                                                                         const std::vector<Creation>& creations, base::Deadline deadline) {
  std::vector<std::optional<base::Result<Written>>> outcomes(creations.size());
  pg::Params params = keyed_params(creations);
  base::Result<StepsOutcome> stored = co_await write(sql, connection, sql.create, std::move(params), deadline);
  // On openGauss a key that is taken at this very moment refuses the whole statement.
  for (int attempt = 1; stored.has_error() && lost_race(stored.error()) && attempt < attempts; ++attempt) {
    pg::Params again = keyed_params(creations);
    stored = co_await write(sql, connection, sql.create, std::move(again), deadline);
  }
  if (stored.has_error()) co_return stored.error();
  for (int row = 0; row < stored->rows.count(); ++row) {
    const auto item = static_cast<std::size_t>(stored->rows.int8(row, 8) - 1);
    outcomes[item] = Written{read_record(stored->rows, row), stored->position, false, {}};
  }
  base::Result<bool> settled = co_await settle_earlier(sql, connection, creations, outcomes, deadline);
  if (settled.has_error()) co_return settled.error();
  std::vector<base::Result<Written>> all;
  all.reserve(outcomes.size());
  // Not stored and not found: the key expired between the two looks. Rare, and safe to try again.
  for (auto& outcome : outcomes)
    all.push_back(outcome ? std::move(*outcome) : base::unavailable("the idempotency key has just expired: try again"));
  co_return all;
}

Awaitable<base::Result<std::vector<std::optional<Written>>>> create_named(Sql& sql, pg::Connection& connection,
                                                                          const std::vector<Creation>& creations, std::string name,
                                                                          base::Deadline deadline) {
  pg::Params params = record_params(creations, record_of);
  std::vector<std::int64_t> places;
  places.reserve(creations.size());
  for (const Creation& creation : creations) places.push_back(creation.place);
  params.text(std::string_view(name)).int8_array(places);
  base::Result<StepsOutcome> stored = co_await write(sql, connection, sql.create_named, std::move(params), deadline);
  if (stored.has_value()) {
    std::vector<std::optional<Written>> outcomes;
    outcomes.reserve(creations.size());
    for (int row = 0; row < stored->rows.count(); ++row) {
      Record record = as_created(creations[outcomes.size()].record, stored->rows.int8(row, 0), stored->rows.timestamptz(row, 1));
      outcomes.push_back(Written{std::move(record), stored->position, false, {}});
    }
    co_return outcomes;
  }
  if (holds_for_all(stored.error())) co_return stored.error();
  // The name was used before, or the database refuses one of them. From here on the name creates nothing any more.
  pg::Params name_alone;
  name_alone.text(std::string_view(name));
  base::Result<StepsOutcome> claimed = co_await write(sql, connection, sql.claim_name, name_alone, deadline);
  // On openGauss a name that is claimed at this very moment is refused; asked again it is there.
  if (claimed.has_error() && lost_race(claimed.error())) claimed = co_await write(sql, connection, sql.claim_name, name_alone, deadline);
  if (claimed.has_error()) co_return claimed.error();
  base::Result<StepsOutcome> found = co_await write(sql, connection, sql.named_creations, std::move(name_alone), deadline);
  if (found.has_error()) co_return found.error();
  std::vector<std::optional<Written>> outcomes = found_under_name(creations, *found);
  if (creations.size() == 1 && !outcomes[0] && claimed->rows.affected() == 1) co_return stored.error();
  co_return outcomes;
}

Awaitable<base::Result<Written>> alter_one(Sql& sql, pg::Connection& connection, const Alteration& change, base::Deadline deadline) {
  for (int attempt = 1;; ++attempt) {
    pg::Step step = step_of(sql, change);
    base::Result<StepsOutcome> done = co_await write(sql, connection, *step.statement, std::move(step.params), deadline);
    if (done.has_value()) co_return outcome_of(change, done->rows, done->position);
    if (!lost_race(done.error()) || attempt == attempts) co_return done.error();
  }
}

Awaitable<base::Result<std::vector<base::Result<Written>>>> alter_all(Sql& sql, pg::Connection& connection,
                                                                      const std::vector<const Alteration*>& changes,
                                                                      base::Deadline deadline) {
  std::vector<pg::Step> steps;
  steps.reserve(changes.size() + 2);
  steps.push_back({&sql.wait_shortly, {}, false});
  for (const Alteration* const change : changes) {
    steps.push_back(step_of(sql, *change));
    steps.back().sync = change == changes.back();
  }
  steps.push_back({&sql.position, {}});
  auto answers = co_await connection.run(std::move(steps), deadline);
  if (const auto done = pg::all_well(answers); done.has_error()) co_return done.error();
  const Position position = read_position(answers->back().value());
  std::vector<base::Result<Written>> outcomes;
  outcomes.reserve(changes.size());
  for (std::size_t i = 0; i < changes.size(); ++i) outcomes.push_back(outcome_of(*changes[i], (*answers)[i + 1].value(), position));
  co_return outcomes;
}

}  // namespace records::postgres
