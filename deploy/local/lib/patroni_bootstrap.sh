# What Patroni puts into etcd at a cluster's first start: how it fails over, and PostgreSQL's settings that all nodes share. The one text of the
# local cluster (cluster_config.sh) and of the containers (compose/node/engines/patroni.sh). Later changes go through `patronictl edit-config`.
# shellcheck shell=bash

# ignored_slots DATABASE: slots that are not Patroni's to drop, as a list that is JSON and YAML: those of Flink's change capture, which
# analytics-service makes and drops.
ignored_slots() { printf '[{"type": "logical", "database": "%s", "plugin": "pgoutput"}]' "$1"; }

# patroni_bootstrap DATABASE LOCAL_AUTH MAX_CONNECTIONS SHARED_BUFFERS: the part `bootstrap` of patroni.yml. LOCAL_AUTH is who may come in by
# the socket until pg_hba is written (peer, scram-sha-256).
patroni_bootstrap() {
  cat <<YAML
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    maximum_lag_on_failover: 1048576
    primary_start_timeout: 0
    synchronous_mode: true
    ignore_slots: $(ignored_slots "$1")
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters:
        wal_level: logical
        wal_log_hints: "on"
        hot_standby: "on"
        hot_standby_feedback: "on"
        synchronous_commit: "on"
        max_connections: $3
        max_wal_senders: 12
        max_replication_slots: 12
        max_slot_wal_keep_size: 2GB
        wal_keep_size: 128MB
        shared_buffers: $4
        password_encryption: scram-sha-256
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums, {auth-host: scram-sha-256}, {auth-local: $2}]
YAML
}
