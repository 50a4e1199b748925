// The store on a PostgreSQL cluster: reads on standbys that hold the caller's position, writes on the primary, each settled by its
// idempotency row when a connection breaks under it.
#pragma once

#include "cluster/cluster.hpp"
#include "gather/one_turn.hpp"
#include "pg/migrations.hpp"
#include "records/postgres/list_sql.hpp"
#include "records/postgres/sql.hpp"
#include "records/postgres/writes.hpp"
#include "records/record_store.hpp"

#include <optional>

namespace records::postgres {

/// One event loop: the cluster's.
class Store final : public RecordStore {
 public:
  explicit Store(cluster::Cluster& cluster);

  Awaitable<base::Result<Answer<Page>>> list(ListQuery query, ReadOptions options) override;
  Awaitable<base::Result<Answer<std::vector<Record>>>> get(std::vector<std::int64_t> ids, ReadOptions options) override;
  Awaitable<std::vector<base::Result<Written>>> create(std::vector<Creation> creations, std::string name, base::Deadline deadline) override;
  Awaitable<base::Result<Written>> update(Update update, base::Deadline deadline) override;
  Awaitable<base::Result<Written>> remove(Deletion deletion, base::Deadline deadline) override;
  Awaitable<base::Result<std::unique_ptr<AtomicImport>>> begin_import(base::Deadline deadline) override;
  Awaitable<base::Result<std::unique_ptr<ExportCursor>>> open_export(Filter filter, Sort sort, ReadOptions options) override;

  /// Forgets idempotency keys older than `before`, at most `most` of them. How many it forgot.
  Awaitable<base::Result<std::int64_t>> forget_keys(base::Micros before, std::int64_t most, base::Deadline deadline);

 private:
  struct ListCall {
    ListQuery query;
    ReadOptions options;
  };
  using ListAnswer = base::Result<Answer<Page>>;
  struct ChangeCall {
    Alteration change;
    base::Deadline deadline;
  };
  /// None: not settled together with the others.
  using ChangeAnswer = std::optional<base::Result<Written>>;

  Awaitable<ListAnswer> list_alone(ListQuery query, ReadOptions options);
  Awaitable<std::vector<ListAnswer>> list_together(const std::vector<ListCall>& calls);
  Awaitable<std::vector<base::Result<Written>>> create_with_keys(std::vector<Creation> creations, base::Deadline deadline);
  Awaitable<std::vector<base::Result<Written>>> create_under_name(std::vector<Creation> creations, std::string name,
                                                                  base::Deadline deadline);

  Awaitable<base::Result<Written>> alter(Alteration change, base::Deadline deadline);
  Awaitable<std::vector<ChangeAnswer>> alter_together(const std::vector<ChangeCall>& calls);

  cluster::Cluster& cluster_;
  /// Made once the dialect is known, which it is before there is a connection to any node.
  Sql& sql();

  std::optional<Sql> sql_;
  ListSql list_sql_;
  gather::OneTurn<ListCall, ListAnswer> lists_;  ///< by shape
  gather::OneTurn<ChangeCall, ChangeAnswer> changes_;
};

/// The schema's versions; for `records-service migrate`.
std::vector<pg::Migration> migrations(cluster::Dialect dialect);

}  // namespace records::postgres
