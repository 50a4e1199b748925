// The seam between the service and a database: two implementations, postgres/ and sqlite/. The contract tests in
// tests/integration/store_contract run against both.
#pragma once

#include "base/audience.hpp"
#include "base/error.hpp"
#include "base/position.hpp"
#include "base/time.hpp"
#include "records/record.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace records {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// A place in the database's log (bytes, PostgreSQL's LSN). 0: nothing known. Stores without a log always answer 0.
using base::Position;

enum class Consistency {
  session,   ///< any node that has replayed `ReadOptions::position`
  strong,    ///< the primary
  eventual,  ///< any standby
};

struct ReadOptions {
  Position position{};
  Consistency consistency = Consistency::session;
  base::Deadline deadline;
  base::Audience audience{};
};

/// `key` empty: no idempotency. `fingerprint` tells requests apart that use the same key.
struct Idempotency {
  std::string key;
  std::string fingerprint;
};

/// What a read found, and the node (host:port) that answered.
template <class T>
struct Answer {
  T value;
  std::string served_by;
  Position instead{};  ///< of `ReadOptions::position`, when its timeline is gone: how far the database has got
};

/// What a write left.
struct Written {
  Record record;
  Position position{};    ///< a node that has replayed this shows the write
  bool replayed = false;  ///< the answer of an earlier call with the same idempotency key
  std::string served_by;
};

struct Creation {
  NewRecord record;
  Idempotency idempotency{};
  std::uint32_t place = 0;  ///< its own among those of one name (RecordStore::create)
};

/// The idempotency key of the write at a place of a named set of writes.
inline std::string key_of(const std::string& name, std::uint32_t place) { return name + '/' + std::to_string(place); }

struct Update {
  std::int64_t id = 0;
  Change change;
  std::vector<std::int64_t> expected_versions;  ///< empty: whatever the version
  Idempotency idempotency;
};

struct Deletion {
  std::int64_t id = 0;
  std::vector<std::int64_t> expected_versions;
  Idempotency idempotency;
};

/// One import that is kept whole or not at all. Destroyed without commit: nothing is kept.
class AtomicImport {
 public:
  virtual ~AtomicImport() = default;
  /// Rows must have passed check().
  virtual Awaitable<base::Result<void>> add(std::vector<NewRecord> rows, base::Deadline deadline) = 0;
  virtual Awaitable<base::Result<Position>> commit(base::Deadline deadline) = 0;
};

/// One consistent snapshot read in parts.
class ExportCursor {
 public:
  virtual ~ExportCursor() = default;
  /// Up to `most` further records; empty at the end.
  virtual Awaitable<base::Result<std::vector<Record>>> next(int most, base::Deadline deadline) = 0;
};

/// All calls are made from the service's one event loop; the awaitables complete on it. Arguments have passed check().
/// Errors: NOT_FOUND, VERSION_MISMATCH, IDEMPOTENCY_KEY_REUSED, UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, INTERNAL.
class RecordStore {
 public:
  virtual ~RecordStore() = default;

  virtual Awaitable<base::Result<Answer<Page>>> list(ListQuery query, ReadOptions options) = 0;
  /// Those of the ids that exist, in any order.
  virtual Awaitable<base::Result<Answer<std::vector<Record>>>> get(std::vector<std::int64_t> ids, ReadOptions options) = 0;
  /// One outcome for each creation, in order. A refused one never fails its neighbours. A creation without an idempotency key is known by
  /// `name` and its place: asked for again, alone or with others of that name, it is answered with the first answer. Empty: never again.
  virtual Awaitable<std::vector<base::Result<Written>>> create(std::vector<Creation> creations, std::string name,
                                                               base::Deadline deadline) = 0;
  virtual Awaitable<base::Result<Written>> update(Update update, base::Deadline deadline) = 0;
  /// `record` of the answer is empty.
  virtual Awaitable<base::Result<Written>> remove(Deletion deletion, base::Deadline deadline) = 0;
  virtual Awaitable<base::Result<std::unique_ptr<AtomicImport>>> begin_import(base::Deadline deadline) = 0;
  virtual Awaitable<base::Result<std::unique_ptr<ExportCursor>>> open_export(Filter filter, Sort sort, ReadOptions options) = 0;
};

}  // namespace records
