# PostgreSQL under Patroni: whoever holds the lease in etcd (ETCD_HOST) is the primary, and a lost one is replaced without anybody's help.
# The cluster's own settings are those of deploy/local: patroni_bootstrap.sh is copied from there.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
# shellcheck source=common.sh
source "$lib/common.sh"
# shellcheck source=../../../deploy/local/lib/patroni_bootstrap.sh
source "$lib/patroni_bootstrap.sh"

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
$(patroni_bootstrap "$app_database" peer "${GS_MAX_CONNECTIONS:-200}" "${GS_SHARED_BUFFERS:-128MB}")
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
