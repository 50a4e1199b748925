#!/usr/bin/env bash
# A real PostgreSQL cluster on this machine: Patroni, etcd and PostgreSQL 15 from Debian, one primary and two streaming standbys, one of
# them synchronous, on loopback ports. Used by run.sh, by the tests and by hand. lib/cluster_config.sh has its layout and settings.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/process.sh
source "$here/lib/process.sh"
# shellcheck source=lib/cluster_config.sh
source "$here/lib/cluster_config.sh"

usage() {
  cat <<HELP
usage: deploy/local/cluster.sh start|stop|status|destroy [options]

  start      starts what is not running and waits until the primary and every standby work; again: takes seconds, data survive
  stop       stops the standbys, the primary and etcd; data stay
  status     shows every node; ends with 0 when the cluster is whole, 1 when a part lacks, 3 when nothing runs
  destroy    stops and deletes the data

  --dir DIR           data folder (default: .run in the checkout)
  --nodes N           how many nodes, 1 to 9 (default 3)
  --port-base N       PostgreSQL on N+1..., Patroni on N+11..., etcd on N+21 and N+22 (default $default_port_base)
  --pg-ports A,B,C    or each list by itself
  --rest-ports A,B,C
  --etcd-ports C,P    for clients, for peers
  --timeout S         how long start may take, in seconds (default 90)

The options of a start are remembered in DIR. Clients find all they need in DIR/cluster.env (mode 0600).
PostgreSQL refuses to run as root: started by root, everything runs as RECORDS_RUN_USER, else as the owner of the checkout, else as the
system user "records" (made when missing). Where that user cannot enter DIR's parent (a checkout under /root), DIR becomes a link to a
folder under /var/lib/records. Needs the packages of packages.sh cluster.
HELP
}

# ---- looking ----------------------------------------------------------------------------------------------------------------------------

ask() { curl -sf --noproxy '*' --max-time 2 "http://127.0.0.1:$1"; }

leader_port() {
  local port
  for port in "${rest_ports[@]}"; do
    if ask "$port/primary" >/dev/null; then say "$port"; return 0; fi
  done
  return 1
}

# As many streaming standbys as there should be, in the primary's own word; and every node at work and one standby synchronous, in Patroni's.
is_whole() {
  local port primary members standbys=$((node_count - 1))
  port=$(leader_port) || return 1
  primary=$(ask "$port/patroni") || return 1
  members=$(ask "$port/cluster") || return 1
  (($(matches '"state": "streaming"' "$primary") == standbys)) || return 1
  (($(matches '"state": "(running|streaming)"' "$members") == node_count)) || return 1
  ((standbys == 0)) || (($(matches '"role": "sync_standby"' "$members") == 1))
}

matches() { grep -oE "$1" <<<"$2" | wc -l || true; }

etcd_answers() { ask "$etcd_port/health" | grep -q true; }

node_runs() { is_running "$1" "$dir/$1"; }

# The name of the first process that should run and does not.
dead_part() { dead_among etcd "${names[@]}"; }

dead_among() {
  local name
  for name in "$@"; do
    node_runs "$name" || { say "$name"; return 0; }
  done
  return 1
}

postmaster_pid() {
  local pid
  [[ -r $dir/$1/data/postmaster.pid ]] || return 1
  read -r pid <"$dir/$1/data/postmaster.pid" || return 1
  is_process "$pid" "$dir/$1/data" && say "$pid"
}

# ---- start ------------------------------------------------------------------------------------------------------------------------------

# launch_clean NAME FOLDER COMMAND...: nothing of the caller's environment (PATRONI_*, PG*, proxies) reaches the cluster.
launch_clean() { launch "$1" "$2" env -i "PATH=$pg_bin:/usr/local/bin:/usr/bin:/bin" "HOME=$dir" LANG=C.UTF-8 "${@:3}"; }

check_programs() {
  local program
  for program in /usr/bin/patroni /usr/bin/etcd "$pg_bin/postgres" /usr/bin/psql /usr/bin/curl; do
    [[ -x $program ]] || refuse "$program is missing: run deploy/local/packages.sh cluster"
  done
}

check_ports() {
  local i
  if ! node_runs etcd; then
    need_free_port "etcd (--etcd-ports)" "$etcd_port"
    need_free_port "etcd (--etcd-ports)" "$etcd_peer_port"
  fi
  for i in "${!names[@]}"; do
    node_runs "${names[$i]}" || need_free_port "${names[$i]}'s Patroni (--rest-ports)" "${rest_ports[$i]}"
    postmaster_pid "${names[$i]}" >/dev/null || need_free_port "${names[$i]}'s PostgreSQL (--pg-ports)" "${pg_ports[$i]}"
  done
}

launch_etcd() {
  node_runs etcd && return 0
  local client=http://127.0.0.1:$etcd_port peer=http://127.0.0.1:$etcd_peer_port
  # The v2 interface, by which Patroni 3.0 changes the leader key only if it still is its own: by v3 a node that was frozen for longer than its
  # lease takes the key back from whoever was promoted meanwhile, and what that one has acknowledged is lost.
  launch_clean etcd "$dir/etcd" etcd --enable-v2 --name records --data-dir "$dir/etcd/data" --logger zap --log-level warn \
    --listen-client-urls "$client" --advertise-client-urls "$client" --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
    --initial-cluster "records=$peer" --auto-compaction-mode periodic --auto-compaction-retention 1h
}

launch_nodes() {
  local name
  for name in "${names[@]}"; do
    node_runs "$name" || launch_clean "$name" "$dir/$name" patroni "$dir/$name/patroni.yml"
  done
}

# wait_for SECONDS WHAT CONDITION: ends early, with the log's last lines, when a process has died.
wait_for() {
  dead=
  if ! wait_until "$1" met_or_dead "$3"; then
    explain
    die "$2 is not there after $1 s (logs: $dir/log)"
  fi
  if [[ -n $dead ]]; then
    explain_end "$dead"
    die "$dead ended while starting"
  fi
}

met_or_dead() { "$1" || dead=$(dead_among "${started[@]}"); }

explain() {
  local name
  for name in "${started[@]}"; do last_lines "$name" 3; done
}

psql_leader() {
  local i port
  port=$(leader_port) || return 1
  for i in "${!rest_ports[@]}"; do [[ ${rest_ports[$i]} != "$port" ]] || break; done
  as_user env -i PATH="$PATH" LANG=C.UTF-8 PGPASSFILE="$dir/secrets/pgpass" PGCONNECT_TIMEOUT=5 \
    psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "${pg_ports[$i]}" -U postgres -d "$1" "${@:2}"
}

# The application's role owns its database, is no superuser, and may read pg_stat_replication and the log. The password goes in through a file.
create_application() {
  psql_leader postgres >/dev/null <<SQL || return 1
\\set password \`cat '$dir/secrets/$app_role.password'\`
SELECT 'CREATE ROLE $app_role LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$app_role') \\gexec
ALTER ROLE $app_role PASSWORD :'password';
GRANT pg_monitor TO $app_role;
-- For Flink's change capture, which reads the log through a replication slot.
ALTER ROLE $app_role REPLICATION;
SELECT 'CREATE DATABASE $app_database OWNER $app_role' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '$app_database') \\gexec
SQL
  keep_foreign_slots || return 1
  psql_leader "$app_database" -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION IF NOT EXISTS pg_trgm' >/dev/null
}

# In a cluster that was made before the setting was.
keep_foreign_slots() {
  local port
  port=$(leader_port) || return 1
  printf 'user = "patroni:%s"\n' "$(secret patroni)" | curl -sf --noproxy '*' --max-time 5 -K - -X PATCH -o /dev/null \
    -d "{\"ignore_slots\": $(ignored_slots "$app_database")}" "http://127.0.0.1:$port/config"
}

start() {
  check_programs
  prepare_folder "$dir_option"
  lock_folder cluster
  choose_layout "$nodes_option" "$base_option" "$pg_option" "$rest_option" "$etcd_option"
  if ! dead_part >/dev/null && is_whole; then
    say "The cluster is already running: $(summary)"
    return 0
  fi
  check_ports
  if [[ -z $(running_parts) ]]; then
    trap 'exit 143' INT TERM HUP
    trap undo_start EXIT
  fi
  write_configuration
  started=(etcd)
  launch_etcd
  wait_for 20 "etcd" etcd_answers
  started+=("${names[@]}")
  launch_nodes
  wait_for "$timeout" "a primary" leader_port >/dev/null
  local done_mark=$dir/run/application-created-2
  if [[ ! -e $done_mark ]]; then
    wait_until 10 create_application 2>/dev/null || create_application || die "role and database could not be made (logs: $dir/log)"
    as_user touch "$done_mark"
  fi
  wait_for "$timeout" "a whole cluster (a primary and $((node_count - 1)) streaming standbys)" is_whole
  say "The cluster is up after $SECONDS s: $(summary)"
}

# A start from nothing that fails leaves nothing running.
undo_start() {
  local code=$?
  trap '' INT TERM HUP
  if ((code)); then stop >&2; fi
}

summary() { say "PostgreSQL on 127.0.0.1:$(joined "${pg_ports[@]}"); clients read $dir/cluster.env"; }

# ---- stop, status, destroy --------------------------------------------------------------------------------------------------------------

# Sets dir and the layout from what the last start left; fails when there is none.
find_cluster() {
  dir=$(real_folder "$dir_option")
  [[ -n $dir ]] || return 1
  [[ -x $dir ]] || refuse "$dir belongs to user $(stat -c %U "$dir"): run as root or as that user"
  [[ -s $dir/cluster.env ]] || return 1
  choose_layout "" "" "" "" ""
}

stop_node() {
  local pid
  stop_process "$1" "$dir/$1" 40
  # Patroni takes PostgreSQL down with it, unless it was killed.
  pid=$(postmaster_pid "$1") || return 0
  kill -INT "$pid" 2>/dev/null || true
  wait_until 20 no_postmaster "$1" && return 0
  warn "$1's PostgreSQL did not stop within 20 s: killed"
  kill -KILL "$pid" 2>/dev/null || true
  wait_until 10 no_postmaster "$1"
}

no_postmaster() { ! postmaster_pid "$1" >/dev/null; }

# The standbys first: so the primary stays the primary, and is the one to come back.
stop() {
  local leader i stopping=()
  find_cluster || { say "No cluster runs in $dir_option."; return 0; }
  lock_folder cluster
  leader=$(leader_port) || leader=
  for i in "${!names[@]}"; do
    [[ ${rest_ports[$i]} != "$leader" ]] || continue
    stop_node "${names[$i]}" &
    stopping+=($!)
  done
  ((${#stopping[@]} == 0)) || wait "${stopping[@]}"
  for i in "${!names[@]}"; do stop_node "${names[$i]}"; done
  stop_process etcd "$dir/etcd" 10
  say "The cluster is stopped."
}

status() {
  local dead
  find_cluster || { say "There is no cluster in $dir_option."; return 3; }
  if [[ -z $(running_parts) ]]; then say "The cluster in $dir is stopped."; return 3; fi
  say "Running: $(running_parts)"
  as_user env HOME="$dir" patronictl -c "$dir/${names[0]}/patroni.yml" list 2>&1 || true
  if dead=$(dead_part); then say "Not running: $dead (start brings it back)"; return 1; fi
  is_whole || { say "The cluster is not whole: a primary and $((node_count - 1)) streaming standbys are expected."; return 1; }
}

running_parts() {
  local name parts=()
  for name in etcd "${names[@]}"; do
    if node_runs "$name"; then parts+=("$name"); fi
  done
  say "${parts[*]}"
}

destroy() {
  local name
  find_cluster || { say "There is no cluster in $dir_option."; return 0; }
  stop
  for name in etcd "${names[@]}"; do rm -rf "${dir:?}/$name" "$dir/log/$name".*; done
  rm -rf "$dir/cluster.env" "$dir/run/application-created-2" "$dir/secrets"
  unlock_folder cluster
  # Nothing else in it: the folder goes too, and the link to it.
  if [[ -z $(find "$dir" -type f ! -name "$folder_mark" ! -name "*.lock" -print -quit) ]]; then
    rm -rf "$dir"
    if [[ -L $dir_option ]]; then rm -f "$dir_option"; fi
  fi
  say "The cluster's data are deleted."
}

# ---- options ----------------------------------------------------------------------------------------------------------------------------

dir_option=$checkout/.run nodes_option='' base_option='' pg_option='' rest_option='' etcd_option='' timeout=90 command=''

while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    start | stop | status | destroy) command=$1; shift ;;
    --dir | --nodes | --port-base | --pg-ports | --rest-ports | --etcd-ports | --timeout)
      [[ -n ${2:-} ]] || refuse "$1 needs a value"
      case $1 in
        --dir) dir_option=$2 ;;
        --nodes) nodes_option=$2 ;;
        --port-base) base_option=$2 ;;
        --pg-ports) pg_option=$2 ;;
        --rest-ports) rest_option=$2 ;;
        --etcd-ports) etcd_option=$2 ;;
        --timeout) timeout=$2 ;;
      esac
      shift 2 ;;
    *) refuse "unknown argument \"$1\" (see --help)" ;;
  esac
done
[[ -n $command ]] || { usage >&2; exit "$exit_configuration"; }
[[ $timeout =~ ^[1-9][0-9]{0,4}$ ]] || refuse "--timeout: expected seconds, got \"$timeout\""
choose_run_user
"$command"
