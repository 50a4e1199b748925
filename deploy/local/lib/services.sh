# Building, starting, watching and stopping the three programs. Sourced by run.sh after common.sh, process.sh and settings.sh.
# shellcheck shell=bash disable=SC2154,SC2034
set -euo pipefail

readonly programs=(records-service analytics-service gateway)
readonly ready_timeout=60 stop_timeout=20

# ---- building ---------------------------------------------------------------------------------------------------------------------------

# Sets `bin`. Builds as the owner of the checkout, so that sudo leaves no files of root's in it.
build() {
  local owner as_owner=() jobs
  bin=${bin_option:-$checkout/build/release/bin}
  if [[ -z $bin_option ]]; then
    owner=$(stat -c %U "$checkout")
    if ((EUID == 0)) && [[ $owner != root && $owner != UNKNOWN ]]; then
      as_owner=(setpriv --reuid "$owner" --regid "$(id -g "$owner")" --init-groups --)
      as_owner+=(env "HOME=$(getent passwd "$owner" | cut -d: -f6)")
    fi
    jobs=$(build_jobs)
    cd "$checkout"
    building=1
    if [[ ! -e build/release/build.ninja || CMakePresets.json -nt build/release/build.ninja ]]; then
      attended "${as_owner[@]}" cmake --preset release || die "cmake --preset release failed"
    fi
    attended "${as_owner[@]}" cmake --build --preset release --parallel "$jobs" || die "the build failed"
    building=0
    cd "$OLDPWD"
  fi
  check_binaries
}

# A compiler takes up to 1 GB for one of these files: no more of them than memory holds.
build_jobs() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable/ {print int($2 / 1000000)}' /proc/meminfo)
  say $((memory < 1 ? 1 : memory < cores ? memory : cores))
}

check_binaries() {
  local program
  for program in "${programs[@]}"; do
    [[ -x $bin/$program ]] || refuse "$bin/$program is missing${bin_option:+ (--bin or RECORDS_BIN_DIR)}"
  done
}

# Where the unprivileged user cannot read the checkout, it gets copies.
place_programs() {
  frontend=${FRONTEND_DIR:-$checkout/frontend}
  as_user mkdir -p "$services_folder"
  if ! as_user test -x "$bin/gateway"; then
    mkdir -p "$services_folder/bin"
    cp -u --remove-destination "${programs[@]/#/$bin/}" "$services_folder/bin/"
    bin=$services_folder/bin
  fi
  if [[ -d $frontend ]] && ! as_user test -r "$frontend/."; then
    rm -rf "$services_folder/frontend"
    cp -r "$frontend" "$services_folder/frontend"
    frontend=$services_folder/frontend
  fi
  export FRONTEND_DIR=$frontend HOME=$dir
}

# ---- starting ---------------------------------------------------------------------------------------------------------------------------

migrate() {
  local log=$dir/log/migrate.log
  as_user touch "$log"
  cd "$services_folder"
  attended as_user "$bin/records-service" migrate >>"$log" 2>&1 9>&- || { last_lines migrate; die "records-service migrate failed"; }
  cd "$OLDPWD"
}

load_demo() {
  say "Loading $demo demo records ..."
  cd "$services_folder"
  attended as_user env LOG_LEVEL="${LOG_LEVEL:-warn}" "$bin/records-service" demo "$demo" 9>&- || die "records-service demo failed"
  cd "$OLDPWD"
}

start_services() {
  local program pinned=()
  [[ -z ${PROGRAM_CPUS:-} ]] || pinned=(taskset -c "$PROGRAM_CPUS")
  say "$url" | write_private "$dir/run/url"
  for program in "${programs[@]}"; do launch "$program" "$services_folder" "${pinned[@]}" "$bin/$program"; done
  attended wait_until "$ready_timeout" ready_or_dead || { explain_wait; die "$url/health/ready did not answer 200 within $ready_timeout s"; }
  if program=$(dead_service); then
    explain_end "$program"
    die "$program ended while starting"
  fi
}

service_runs() { is_running "$1" "$services_folder"; }

dead_service() {
  local program
  for program in "${programs[@]}"; do
    service_runs "$program" || { say "$program"; return 0; }
  done
  return 1
}

is_ready() { [[ $(curl -s -o /dev/null --max-time 3 -w '%{http_code}' "$1/health/ready") == 200 ]]; }

ready_or_dead() { dead_service >/dev/null || is_ready "$url"; }

explain_wait() {
  local program
  warn "$url/health/ready answers: $(curl -s --max-time 3 "$url/health/ready" | head -c 600)"
  for program in "${programs[@]}"; do last_lines "$program" 3; done
}

# ---- stopping ---------------------------------------------------------------------------------------------------------------------------

# The gateway first, so that nothing new comes in while the others end.
stop_services() {
  local program stopping=()
  stop_process gateway "$services_folder" $stop_timeout
  for program in records-service analytics-service; do
    stop_process "$program" "$services_folder" $stop_timeout &
    stopping+=($!)
  done
  wait "${stopping[@]}"
  rm -f "$dir/run/url"
}
