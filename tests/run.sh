#!/usr/bin/env bash
# The one test command: installs what lacks, builds, starts one real database cluster, runs the tests on it, stops it. Used by people and
# by .ci/run. The tests themselves are ctest's: tests/*/CMakeLists.txt.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=../deploy/local/lib/common.sh
source "$here/../deploy/local/lib/common.sh"
# shellcheck source=../deploy/local/lib/services.sh
source "$here/../deploy/local/lib/services.sh"
# shellcheck source=../deploy/local/packages.sh
source "$here/../deploy/local/packages.sh"
# shellcheck source=tools.sh
source "$here/tools.sh"

usage() {
  cat <<'HELP'
usage: tests/run.sh [options] [suite...]

Builds and tests on this Debian 12 machine, and ends with ctest's summary and exit code. Without suites: all.

  unit          pure code                      integration   parts together, on SQLite and on the cluster
  contract      both stores, one contract      http          the real programs over HTTP, on both stores
  grpc          the services by grpcurl        browser       console, frontend and documentation in Chromium
  chaos         nodes and programs killed, paused, cut off under load; the history checked against the database
  analytics     summaries and live counts on a real Flink; each cause of the fallback provoked
  bench         the instructions of the hot paths, counted by callgrind and held to a budget
  deploy        the local cluster and run.sh, the Helm chart, compose files, openGauss scripts
  lint          scripts and protocol definitions
  containers    the images, both compose files and publishing on a Docker engine; root starts one where none answers. Without
                either, it is left out of a run of all, which then says so
  anything else is a regular expression on the names of the tests (ctest -N lists them)

  --sanitize    unit, contract and integration tests with address and undefined behaviour sanitizers
  --help        this text

RECORDS_TOOLS   where the test tools are kept (default: .cache in the checkout)
Packages are installed only when some lack; that needs root or sudo, nothing else does. Started by root in somebody else's checkout,
everything but that runs as its owner.
HELP
}

# ---- signals ----------------------------------------------------------------------------------------------------------------------------

child=

# attended COMMAND...: as a process group of its own, so that a signal ends it with all that it has started.
attended() {
  local code=0
  set -m
  "$@" </dev/null 7>&- 8>&- &
  set +m
  child=$!
  wait "$child" || code=$?
  child=
  return $code
}

on_exit() {
  local code=$?
  trap '' INT TERM HUP
  trap - EXIT
  if [[ -n $child ]]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  if [[ -n $own_engine ]]; then "$here/containers/engine.sh" stop "$own_engine" 7>&- 8>&- || true; fi
  if ((locked)) && [[ -e $cluster/cluster.env ]]; then "$checkout/deploy/local/cluster.sh" stop --dir "$cluster" >&2 8>&- || true; fi
  exit "$code"
}

# ---- the cluster ------------------------------------------------------------------------------------------------------------------------

# Ports for three nodes and etcd, far from the default.
free_port_base() {
  local base port
  for ((base = 25430; base < 31000; base += 100)); do
    for port in 1 2 3 11 12 13 21 22; do
      if port_taken $((base + port)); then continue 2; fi
    done
    say "$base"
    return 0
  done
  die "$exit_unavailable" "no free ports for a cluster from 25430 to 31000"
}

# From empty folders, so that no run sees what another has left.
start_cluster() {
  local base
  "$checkout/deploy/local/cluster.sh" destroy --dir "$cluster" 8>&- >/dev/null
  base=$(free_port_base)
  attended "$checkout/deploy/local/cluster.sh" start --dir "$cluster" --port-base "$base" || die "the test cluster did not start"
  TEST_DATABASE_URL="postgresql://$(setting GAUSS_USER)@$(nodes)/$(setting GAUSS_DB)?passfile=$(setting CLUSTER_PGPASS_FILE)"
  export TEST_DATABASE_URL
}

setting() { sed -n "s/^$1=//p" "$cluster/cluster.env"; }
nodes() { paste -d : <(setting GAUSS_HOST | tr , '\n') <(setting GAUSS_PORT | tr , '\n') | paste -s -d ,; }

# ---- the Docker engine ------------------------------------------------------------------------------------------------------------------

# Whether one of the chosen suites needs an engine; a run of all wants one where it can be had.
wants_engine() { ((${#suites[@]} == 0)) || [[ " ${suites[*]} " == *containers* ]]; }

engine_answers() { PATH=/usr/bin:$PATH docker info >/dev/null 2>&1; }

start_engine() {
  local folder=$tools/engine
  (install_packages engine) || return 1
  install -d -o "$(stat -c %U "$checkout")" "$tools"
  mkdir -p "$folder"
  exec 7>"$folder/lock"
  flock -n 7 || die "$exit_unavailable" "tests with this Docker engine ($folder) run already"
  DOCKER_HOST=$(PATH=/usr/bin:$PATH "$here/containers/engine.sh" start "$folder" "$(stat -c %g "$checkout")" 7>&-) || return 1
  own_engine=$folder
  export DOCKER_HOST
}

make_base_image() { PATH=/usr/bin:$PATH attended "$here/containers/base_image.sh" records-base:bookworm; }

# Where no engine answers root starts one for the tests alone, and makes the image that everything is built on.
provide_engine() {
  local why='no Docker engine answers, and only root can start one'
  wants_engine || return 0
  if ! engine_answers && ((EUID == 0)); then start_engine || why='no Docker engine could be started'; fi
  if engine_answers; then
    if ((EUID != 0)) || make_base_image; then return 0; fi
    why='the base image could not be made'
  fi
  if ((${#suites[@]})); then die "$exit_unavailable" "containers: $why"; fi
  without_engine=1
  warn "containers: left out, $why"
}

# ---- the run ----------------------------------------------------------------------------------------------------------------------------

# The names of the chosen tests: a suite is the first word of its tests' names.
choice() {
  local suite parts=()
  for suite in "$@"; do
    if [[ $suite =~ ^[a-z]+$ ]]; then suite="^${suite}[.]"; fi
    parts+=("($suite)")
  done
  local IFS='|'
  say "${parts[*]:-.}"
}

run_tests() {
  local code=0 left_out=() results=$checkout/build/$preset/tests.xml
  if ((without_engine)); then left_out=(-E '^containers[.]'); fi
  rm -f "$results"
  attended ctest --preset "$preset" --no-tests=error --output-junit "$results" -R "$(choice "${suites[@]}")" "${left_out[@]}" || code=$?
  if ((code)) && [[ -s $results ]]; then "$tools/python/bin/python" "$here/support/failures.py" "$results"; fi
  if ((without_engine)); then warn "containers was left out: no Docker engine"; fi
  return $code
}

preset=ci suites=() arguments=("$@")
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --sanitize) preset=asan suites=(unit contract integration) ;;
    -*) refuse "unknown option \"$1\" (see --help)" ;;
    *) suites+=("$1") ;;
  esac
  shift
done

install_packages runtime build cluster flink test
own_engine='' without_engine=0 locked=0 cluster=$checkout/build/test-run tools=${RECORDS_TOOLS:-$checkout/.cache}
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
provide_engine
owner=$(stat -c %U "$checkout")
if ((EUID == 0)) && [[ $owner != root && $owner != UNKNOWN ]]; then
  home=$(getent passwd "$owner" | cut -d: -f6)
  attended setpriv --reuid "$owner" --regid "$(id -g "$owner")" --init-groups env "HOME=$home" "$here/run.sh" "${arguments[@]}"
  exit
fi

cd "$checkout"
mkdir -p build
exec 8>build/test-run.lock
flock -n 8 || die "$exit_unavailable" "tests run already in this checkout"
locked=1
prepare_tools
attended cmake --preset "$preset" -D "RECORDS_TOOLS=$tools" || die "cmake --preset $preset failed"
attended cmake --build --preset "$preset" --parallel "$(build_jobs)" || die "the build failed"
start_cluster
run_tests
