# PostgreSQL under Patroni: whoever holds the lease in etcd (ETCD_HOST) is the primary, and a lost one is replaced without anybody's help.
# The settings are those of deploy/local.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
# shellcheck source=common.sh
source "$lib/common.sh"

configuration() {
  cat <<YAML
scope: records
name: $node_name
log: {level: INFO}
etcd: {host: "${ETCD_HOST:-etcd:2379}"}
restapi:
  listen: 0.0.0.0:8008
  connect_address: $node_name:8008
  authentication: {username: patroni, password: "$(secret patroni)"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    maximum_lag_on_failover: 1048576
    primary_start_timeout: 0
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        wal_level: logical
        wal_log_hints: "on"
        hot_standby: "on"
        hot_standby_feedback: "on"
        synchronous_commit: "on"
        max_connections: ${GS_MAX_CONNECTIONS:-200}
        max_wal_senders: 12
        max_replication_slots: 12
        max_slot_wal_keep_size: 2GB
        wal_keep_size: 128MB
        shared_buffers: ${GS_SHARED_BUFFERS:-128MB}
        password_encryption: scram-sha-256
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums, {auth-host: scram-sha-256}, {auth-local: peer}]
  post_bootstrap: gauss-node post-bootstrap
postgresql:
  listen: 0.0.0.0:5432
  connect_address: $node_name:5432
  data_dir: $data
  bin_dir: /usr/lib/postgresql/15/bin
  pgpass: $run_folder/patroni.pgpass
  basebackup: [{checkpoint: fast}]
  pg_hba:
    - local all postgres peer
    - host all all all scram-sha-256
    - host replication replicator all scram-sha-256
  authentication:
    superuser: {username: postgres, password: "$(secret superuser)"}
    replication: {username: replicator, password: "$(secret replicator)"}
  parameters:
    unix_socket_directories: $run_folder
    log_line_prefix: "%m [%p] %q%u@%d "
YAML
}

run() {
  prepare_run_folder
  (umask 077 && configuration >"$run_folder/patroni.yml")
  # What belongs to this script would be taken for Patroni's or libpq's own settings.
  unset PGPASSFILE
  exec patroni "$run_folder/patroni.yml"
}

promote() { patronictl -c "$run_folder/patroni.yml" failover records --candidate "$node_name" --force; }
