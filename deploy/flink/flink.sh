#!/usr/bin/env bash
# A real Flink on this machine: JobManager, TaskManager and SQL Gateway on loopback ports, with as little memory as they need. Used by run.sh
# --flink, by the tests and by hand. config.sh has their configuration.
set -euo pipefail

flink_here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=../local/lib/common.sh
source "$flink_here/../local/lib/common.sh"
# shellcheck source=../local/lib/process.sh
source "$flink_here/../local/lib/process.sh"
# shellcheck source=config.sh
source "$flink_here/config.sh"

usage() {
  cat <<HELP
usage: deploy/flink/flink.sh start|stop|status|destroy [options]

  start      starts what is not running and waits until a job could run
  stop       stops all three; what checkpoints hold stays
  status     shows the three; ends with 0 when all run, 1 when one lacks, 3 when none runs
  destroy    stops and deletes checkpoints, logs and settings

  --dir DIR       data folder (default: .run in the checkout)
  --port-base N   JobManager REST on N+31, its RPC on N+32, SQL Gateway on N+33 (default $default_flink_base)
  --slots N       parallel parts that fit in (default 3: two for a summary, one for the live counts)

The options of a start are remembered. Clients find the addresses in DIR/flink/flink.env. Needs the packages of packages.sh flink.
HELP
}

flink_runs() { is_running "$1" "$dir/flink"; }

find_flink() {
  dir=$(real_folder "$dir_option")
  [[ -n $dir && -e $dir/flink/flink.env ]] || return 1
  flink_ports ""
}

# launch_flink jobmanager|taskmanager|gateway
launch_flink() {
  flink_runs "flink-$1" && return 0
  flink_program "$1" "$dir/flink/conf"
  launch "flink-$1" "$dir/flink" env -i "PATH=$PATH" "HOME=$dir/flink" LANG=C.UTF-8 TZ=UTC "FLINK_CONF_DIR=$dir/flink/conf" \
    java "${flink_heap[@]}" "${flink_java_options[@]}" "-Djava.io.tmpdir=$dir/flink/tmp" \
    "-Dlog4j2.configurationFile=$dir/flink/conf/log4j.properties" -cp "$lib/*" "${flink_main[@]}"
}

is_up() {
  curl -sf --noproxy '*' --max-time 2 "http://127.0.0.1:$gateway_port/v1/info" >/dev/null &&
    curl -sf --noproxy '*' --max-time 2 "http://127.0.0.1:$rest_port/overview" | grep -q '"taskmanagers":[1-9]'
}

dead_flink() {
  local name
  for name in "${flink_parts[@]}"; do
    flink_runs "$name" || { say "$name"; return 0; }
  done
  return 1
}

up_or_dead() { dead_flink >/dev/null || is_up; }

# A part that ends while starting is started once more: now and then a JVM goes without a word and comes up the next time.
await_flink() {
  local name again=''
  for (( ; ; )); do
    wait_until 90 up_or_dead || die "Flink is not there after 90 s (logs: $dir/log/flink-*.log)"
    name=$(dead_flink) || return 0
    explain_end "$name"
    if [[ -n $again ]]; then
      stop_parts
      die "$name ended while starting"
    fi
    again=$name
    warn "$name is started again"
    launch_flink "${name#flink-}"
  done
}

start() {
  command -v java >/dev/null || refuse "java is missing: run deploy/local/packages.sh flink"
  lib=$("$flink_here/fetch.sh") || exit $?
  prepare_folder "$dir_option"
  lock_folder flink
  flink_ports "$base_option"
  if ! dead_flink >/dev/null && is_up; then
    say "Flink is already running: $(flink_summary)"
    return 0
  fi
  flink_runs flink-jobmanager || { need_free_port "Flink's JobManager" "$rest_port"; need_free_port "Flink's JobManager" "$rpc_port"; }
  flink_runs flink-gateway || need_free_port "Flink's SQL Gateway" "$gateway_port"
  write_flink_configuration
  place_jars
  launch_flink jobmanager
  launch_flink taskmanager
  launch_flink gateway
  await_flink
  say "Flink is up after $SECONDS s: $(flink_summary)"
}

# Where the unprivileged user cannot read the jars, it gets copies.
place_jars() {
  if as_user test -r "$lib/pom.xml"; then return 0; fi
  if ! cmp -s "$lib/pom.xml" "$dir/flink/lib/pom.xml"; then
    rm -rf "$dir/flink/lib"
    cp -r "$lib" "$dir/flink/lib"
    chmod -R a+rX "$dir/flink/lib"
  fi
  lib=$dir/flink/lib
}

flink_summary() { say "JobManager http://127.0.0.1:$rest_port, SQL Gateway http://127.0.0.1:$gateway_port"; }

stop_parts() {
  local name stopping=()
  for name in "${flink_parts[@]}"; do
    stop_process "$name" "$dir/flink" 15 &
    stopping+=($!)
  done
  wait "${stopping[@]}"
}

stop() {
  find_flink || { say "No Flink runs in $dir_option."; return 0; }
  lock_folder flink
  stop_parts
  say "Flink is stopped."
}

status() {
  local name pid code=0 any=0
  find_flink || { say "There is no Flink in $dir_option."; return 3; }
  for name in "${flink_parts[@]}"; do
    if pid=$(pid_of "$name" "$dir/flink"); then
      printf '%-18s running, pid %s, %s MiB\n' "$name" "$pid" "$(awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$pid/status")"
      any=1
    else
      printf '%-18s not running\n' "$name"
      code=1
    fi
  done
  ((any)) || return 3
  return $code
}

destroy() {
  find_flink || { say "There is no Flink in $dir_option."; return 0; }
  stop
  rm -rf "${dir:?}/flink" "$dir"/log/flink-*.log
  say "Flink's data are deleted."
}

dir_option=$checkout/.run base_option='' slots=3 command=''
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    start | stop | status | destroy) command=$1 ;;
    --dir | --port-base | --slots)
      [[ -n ${2:-} ]] || refuse "$1 needs a value"
      case $1 in
        --dir) dir_option=$2 ;;
        --port-base) base_option=$2 ;;
        --slots) slots=$2 ;;
      esac
      shift ;;
    *) refuse "unknown argument \"$1\" (see --help)" ;;
  esac
  shift
done
[[ -n $command ]] || { usage >&2; exit "$exit_configuration"; }
[[ $slots =~ ^[1-9][0-9]?$ ]] || refuse "--slots: expected 1 to 99, got \"$slots\""
choose_run_user
"$command"
