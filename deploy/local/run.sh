#!/usr/bin/env bash
# The one command: installs what lacks, builds, starts the database cluster, the two services and the gateway, and prints the address.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=lib/common.sh
source "$here/lib/common.sh"
# shellcheck source=lib/process.sh
source "$here/lib/process.sh"
# shellcheck source=lib/settings.sh
source "$here/lib/settings.sh"
# shellcheck source=lib/services.sh
source "$here/lib/services.sh"
# shellcheck source=packages.sh
source "$here/packages.sh"

usage() {
  cat <<'HELP'
usage: deploy/local/run.sh [options]

Starts the whole system on this Debian 12 machine and prints its address. Ctrl-C stops all of it; the data stay.

  --demo N         loads N realistic records
  --embedded       no cluster: both services on one SQLite file
  --flink          also a real Flink (JobManager, TaskManager, SQL Gateway; 1.5 GiB): summaries and live counts by it
  --detach         returns as soon as /health/ready answers 200; everything goes on running
  --stop           stops what runs: gateway, services, cluster
  --status         shows what runs; ends with 0 when ready, 1 when a part lacks, 3 when nothing runs
  --dir DIR        data, secrets, logs (default: .run in the checkout; see cluster.sh --help for checkouts under /root)
  --bin DIR        takes the programs from DIR instead of building them (or RECORDS_BIN_DIR)
  --port-base N    the cluster's ports, see cluster.sh --help (or CLUSTER_PORT_BASE)
  --help           this text

Settings come from the environment, then from .env in the checkout's top folder:
  HTTP_PORT        port of the gateway (8000)
  HTTP_ADDRESS     address it listens on (127.0.0.1)
  RECORDS_LISTEN   address of records-service (127.0.0.1:50051)
  ANALYTICS_LISTEN address of analytics-service (127.0.0.1:50052)
  PROGRAM_CPUS     the processors of gateway and services, as taskset -c takes them (all; with few, "0" leaves the others to the database)
  FRONTEND_DIR     the single-page frontend (frontend in the checkout)
  DATABASE_URL or GAUSS_HOST   a database of your own: no local cluster is started
  FLINK_SQL_GATEWAY_URL, FLINK_REST_URL   a Flink of your own, instead of --flink
  FLINK_CDC        true: live counts by Flink's change capture (with --flink and the local cluster: already so)
All other settings of the three programs (see their --help) are passed on to them.
Packages are installed only when some lack; that needs root or sudo, nothing else does.
HELP
}

# ---- signals ----------------------------------------------------------------------------------------------------------------------------

stop_at_exit=0 child='' building=0 serving=0

# attended COMMAND...: runs COMMAND so that a signal ends it at once. Plain `COMMAND` would keep the signal waiting until it is done.
attended() {
  local code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return $code
}

on_signal() {
  if [[ -n $child ]]; then
    if ((building)); then pkill -TERM -P "$child" || true; fi # cmake does not pass it on to ninja
    kill -TERM "$child" 2>/dev/null || true
    wait "$child" || true
  fi
  if ((serving)); then exit 0; fi
  exit "$1"
}

on_exit() {
  local code=$?
  trap '' INT TERM HUP
  trap - EXIT
  if ((stop_at_exit)); then
    say "Stopping ..."
    stop_all || true
    say "Stopped."
  fi
  exit "$code"
}

stop_all() {
  stop_services
  if [[ -e $dir/run/flink-jobmanager.pid ]]; then "$here/../flink/flink.sh" stop --dir "$dir" 9>&-; fi
  if [[ -e $dir/run/etcd.pid ]] || compgen -G "$dir/run/node*.pid" >/dev/null; then "$here/cluster.sh" stop --dir "$dir" 9>&-; fi
}

# ---- the four things it does ------------------------------------------------------------------------------------------------------------

run() {
  read_settings
  choose_database
  prepare_folder "$dir_option"
  services_folder=$dir/services
  lock_folder run
  if ! dead_service >/dev/null; then already_running; return 0; fi
  if [[ -n $(running_services) ]]; then
    say "Only $(running_services) is left of an earlier run: stopping it first."
    stop_services
  fi
  check_listen_ports
  install_what_lacks
  trap on_exit EXIT
  trap 'on_signal 130' INT
  trap 'on_signal 143' TERM HUP
  build
  rm -f "$dir/run/stop-asked"
  say "$database" | write_private "$dir/run/database"
  start_database
  stop_at_exit=1
  if ((flink)); then start_flink; fi
  place_programs
  use_database
  migrate
  if ((demo)); then load_demo; fi
  start_services
  unlock_folder
  announce
  if ((detach)); then stop_at_exit=0; else watch_over; fi
}

install_what_lacks() {
  local groups=(runtime)
  if [[ -z $bin_option ]]; then groups+=(build); fi
  if [[ $database == cluster ]]; then groups+=(cluster); fi
  if ((flink)); then groups+=(flink); fi
  install_packages "${groups[@]}" || exit "$exit_failure"
}

start_database() {
  case $database in
    cluster) attended "$here/cluster.sh" start --dir "$dir" ${base_option:+--port-base "$base_option"} 9>&- || exit $? ;;
    sqlite) say "Embedded: the records are in $dir/records.db." ;;
    own) say "The database is the one of DATABASE_URL or GAUSS_HOST; no local cluster is started." ;;
  esac
}

# Beside the database, which it reads; the services are told where it is.
start_flink() {
  attended "$here/../flink/flink.sh" start --dir "$dir" ${base_option:+--port-base "$base_option"} 9>&- || exit $?
  local name
  for name in FLINK_SQL_GATEWAY_URL FLINK_REST_URL; do export "$name=$(sed -n "s/^$name=//p" "$dir/flink/flink.env")"; done
  if [[ $database == cluster ]]; then export FLINK_CDC=${FLINK_CDC:-true}; fi
}

already_running() {
  url=$(<"$dir/run/url")
  say "Already running: $url (--stop stops it)"
  ((demo)) || return 0
  database=$(<"$dir/run/database")
  bin=${bin_option:-$checkout/build/release/bin}
  check_binaries
  place_programs
  use_database
  load_demo
}

announce() {
  cat <<TEXT

  Console        $url/
  Frontend       $url/app/
  Records        $url/records/
  Documentation  $url/docs

  Logs: $dir/log   Ready after $SECONDS s.
TEXT
  if ((detach)); then say "  Stop:  deploy/local/run.sh --stop"; else say "  Ctrl-C stops everything; the data stay."; fi
}

# Until a signal, a --stop from elsewhere, or the end of a service.
watch_over() {
  local dead
  serving=1
  until dead=$(dead_service); do attended sleep 1; done
  if [[ -e $dir/run/stop-asked ]]; then
    say "Stopped by --stop."
    stop_at_exit=0
    return 0
  fi
  last_lines "$dead"
  die "$dead has ended; stopping everything"
}

# Sets dir and services_folder from an earlier run; fails when there was none.
find_run() {
  dir=$(real_folder "$dir_option")
  [[ -n $dir ]] || return 1
  [[ -x $dir ]] || refuse "$dir belongs to user $(stat -c %U "$dir"): run as root or as that user"
  services_folder=$dir/services
}

stop() {
  find_run || { say "Nothing runs in $dir_option."; return 0; }
  as_user touch "$dir/run/stop-asked"
  lock_folder run
  stop_all
  say "Stopped."
}

status() {
  local code=0 cluster_code=0 program pid
  find_run || { say "Nothing runs in $dir_option."; return 3; }
  for program in "${programs[@]}"; do
    if pid=$(pid_of "$program" "$services_folder"); then
      printf '%-18s running, pid %s\n' "$program" "$pid"
    else
      printf '%-18s not running\n' "$program"
      code=1
    fi
  done
  if [[ -e $dir/flink/flink.env ]]; then "$here/../flink/flink.sh" status --dir "$dir" || true; fi
  if [[ -e $dir/cluster.env ]]; then "$here/cluster.sh" status --dir "$dir" || cluster_code=$?; fi
  # A stopped cluster is as it should be beside SQLite or a database of one's own.
  if [[ $(cat "$dir/run/database" 2>/dev/null) == cluster ]] && ((cluster_code)); then code=1; fi
  [[ -n $(running_services) ]] || return 3
  url=$(<"$dir/run/url")
  if is_ready "$url"; then say "Ready: $url"; else say "Not ready: $url/health/ready"; code=1; fi
  return $code
}

running_services() {
  local program found=()
  for program in "${programs[@]}"; do
    if service_runs "$program"; then found+=("$program"); fi
  done
  say "${found[*]}"
}

# ---- options ----------------------------------------------------------------------------------------------------------------------------

load_env_file "$checkout/.env"
action=run dir_option=$checkout/.run bin_option=${RECORDS_BIN_DIR:-} base_option=${CLUSTER_PORT_BASE:-} demo=0 embedded=0 flink=0 detach=0

while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --stop | --status) action=${1#--} ;;
    --embedded) embedded=1 ;;
    --flink) flink=1 ;;
    --detach) detach=1 ;;
    --demo | --dir | --bin | --port-base)
      [[ -n ${2:-} ]] || refuse "$1 needs a value"
      case $1 in
        --demo) demo=$2 ;;
        --dir) dir_option=$2 ;;
        --bin) bin_option=$2 ;;
        --port-base) base_option=$2 ;;
      esac
      shift ;;
    *) refuse "unknown argument \"$1\" (see --help)" ;;
  esac
  shift
done
[[ $demo =~ ^[0-9]{1,9}$ ]] || refuse "--demo: expected a number of records, got \"$demo\""
demo=$((10#$demo))
if [[ -n $bin_option ]]; then bin_option=$(realpath -m "$bin_option"); fi
if ((flink && embedded)); then refuse "--flink: Flink reads a cluster, not the SQLite file of --embedded"; fi
choose_run_user
"$action"
