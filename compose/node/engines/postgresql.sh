# PostgreSQL without anybody above it: a primary and its standbys as GS_ROLE says at first, replication in PostgreSQL's own way, promotion by
# hand (gauss-node promote). It stands in where no openGauss image can be had, and behaves the same: a commit waits for one standby.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
# shellcheck source=common.sh
source "$lib/common.sh"

# Standbys follow whichever node is the primary, also after a promotion.
conninfo() {
  printf 'host=%s user=%s dbname=%s passfile=%s application_name=%s target_session_attrs=read-write connect_timeout=3 gssencmode=disable' \
    "$peers" "$1" "$2" "$run_folder/pgpass" "$node_name"
}

# Written at every start, so that a changed variable counts.
write_settings() {
  cat >"$1/node.conf" <<CONF
listen_addresses = '*'
unix_socket_directories = '$run_folder'
wal_level = logical
wal_log_hints = on
max_wal_senders = 12
max_replication_slots = 12
wal_keep_size = '${GS_WAL_KEEP:-1GB}'
hot_standby = on
hot_standby_feedback = on
synchronous_commit = on
synchronous_standby_names = '${GS_SYNCHRONOUS_STANDBY_NAMES-*}'
max_connections = ${GS_MAX_CONNECTIONS:-200}
shared_buffers = '${GS_SHARED_BUFFERS:-128MB}'
password_encryption = scram-sha-256
log_line_prefix = '%m [%p] %q%u@%d '
primary_conninfo = '$(conninfo replicator replication)'
CONF
  cat >"$1/pg_hba.conf" <<'HBA'
local all postgres peer
host all all all scram-sha-256
host replication replicator all scram-sha-256
HBA
}

# A folder that is only half made is never taken for the data: it gets its name at the end.
build_primary() {
  say "first start: a new primary"
  rm -rf "$data.new"
  initdb -D "$data.new" -E UTF8 --locale=C.UTF-8 -k -A scram-sha-256 -U postgres --pwfile="$secrets/superuser.password" >/dev/null
  echo "include 'node.conf'" >>"$data.new/postgresql.conf"
  write_settings "$data.new"
  # Nobody from outside, and no standby to wait for, until role and database are there.
  pg_ctl -s -w -D "$data.new" -o "-c listen_addresses='' -c synchronous_standby_names=''" start
  psql_local -d postgres -c "CREATE ROLE replicator REPLICATION LOGIN PASSWORD '$(secret replicator)'"
  create_application "host=$run_folder user=postgres dbname=postgres"
  pg_ctl -s -w -D "$data.new" stop
  mv "$data.new" "$data"
}

build_standby() {
  say "first start: a standby, copied from the primary"
  until rm -rf "$data.new" && pg_basebackup -D "$data.new" -X stream -c fast -d "$(conninfo replicator replication)"; do
    say "waiting for a primary among $peers"
    sleep 1
  done
  touch "$data.new/standby.signal"
  mv "$data.new" "$data"
}

# The node among the peers that takes writes, if another than this one does.
other_primary() {
  local peer
  for peer in ${peers//,/ }; do
    [[ $peer != "$node_name" ]] || continue
    if [[ $(psql -XAt "host=$peer user=postgres dbname=postgres gssencmode=disable" -c 'SELECT pg_is_in_recovery()' 2>/dev/null) == f ]]; then
      printf '%s\n' "$peer"
      return 0
    fi
  done
  return 1
}

# A former primary that finds another in its place becomes its standby; what it alone had is taken out.
give_way() {
  local primary
  if [[ -e $data/standby.signal ]]; then return 0; fi
  primary=$(other_primary) || return 0
  say "$primary is the primary now: following it"
  rm -f "$data/postmaster.pid"
  pg_rewind -D "$data" --source-server="host=$primary user=postgres dbname=postgres gssencmode=disable" ||
    die "cannot follow $primary: remove this node's volume, so that it is built anew"
  touch "$data/standby.signal"
}

run() {
  prepare_run_folder
  if [[ -s $data/PG_VERSION ]]; then
    give_way
  elif [[ $role == primary ]]; then
    build_primary
  else
    build_standby
  fi
  write_settings "$data"
  exec postgres -D "$data"
}

promote() { pg_ctl -w -D "$data" promote; }
