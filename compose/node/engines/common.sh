# What the two PostgreSQL engines share: paths, the application's role and database. Sourced by them.
# shellcheck shell=bash disable=SC2154,SC2034
set -euo pipefail

data=/var/lib/gauss/data
readonly run_folder=/run/gauss

prepare_run_folder() {
  mkdir -p "$run_folder"
  (umask 077 && printf '*:*:*:%s:%s\n' postgres "$(secret superuser)" replicator "$(secret replicator)" >"$run_folder/pgpass")
  export PGPASSFILE=$run_folder/pgpass PGCONNECT_TIMEOUT=3
}

psql_local() { psql -X -q -v ON_ERROR_STOP=1 -h "$run_folder" -U postgres "$@"; }

# The application's role owns its database, is no superuser, and may read pg_stat_replication and, for Flink's change capture, the log.
# create_application CONNECTION
create_application() {
  psql -X -q -v ON_ERROR_STOP=1 "$1" >/dev/null <<SQL
\\set password \`cat '$secrets/app.password'\`
CREATE ROLE $app_role LOGIN REPLICATION PASSWORD :'password';
GRANT pg_monitor TO $app_role;
CREATE DATABASE $app_database OWNER $app_role;
\\connect $app_database
CREATE EXTENSION pg_trgm;
SQL
}

health() { pg_isready -q -h "$run_folder" -t 3; }

status() {
  local recovering
  recovering=$(psql_local -At -d postgres -c 'SELECT pg_is_in_recovery()')
  if [[ $recovering == t ]]; then
    psql_local -d postgres -c 'SELECT status, sender_host, slot_name, received_tli, flushed_lsn FROM pg_stat_wal_receiver'
  else
    psql_local -d postgres -c 'SELECT application_name, client_addr, state, sync_state, sent_lsn, replay_lsn, replay_lag FROM pg_stat_replication ORDER BY 1'
  fi
}
