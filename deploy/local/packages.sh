#!/usr/bin/env bash
# The Debian 12 packages this project needs, in one place, and how they are installed. Sourced by run.sh, cluster.sh and the tests;
# run by itself it installs the groups it is given: packages.sh runtime build cluster flink test
# shellcheck disable=SC2034  # the arrays are read by name

# What the built programs and run.sh need to run.
packages_runtime=(
  ca-certificates curl procps util-linux libgrpc++1.51 libprotobuf32 libpq5 libspdlog1.10 libboost-json1.81.0 libboost-url1.81.0
  libprometheus-cpp-core1.0 libsqlite3-0 libbrotli1 zlib1g libssl3
)

# What building them needs.
packages_build=(
  build-essential cmake ninja-build ccache mold pkg-config libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libspdlog-dev catch2 libcli11-dev prometheus-cpp-dev libsqlite3-dev
  libbrotli-dev zlib1g-dev libpq-dev nlohmann-json3-dev libssl-dev libkainjow-mustache-dev
)

# What the local cluster needs.
packages_cluster=(patroni etcd-server etcd-client postgresql-15 postgresql-client-15 python3-psycopg2 python3-etcd curl util-linux)

# What Flink needs: Java, and Maven, which fetches it. Any Java that is there already will do.
packages_flink=()
command -v java >/dev/null || packages_flink+=(openjdk-17-jre-headless)
command -v mvn >/dev/null || packages_flink+=(maven)

# What the tests need beside all of the above.
packages_test=(shellcheck bats docker-compose python3 python3-venv python3-psycopg2 valgrind chromium fonts-wqy-microhei clang-format clang-tidy prometheus)
# Languages that a machine may have from elsewhere, in a package that Debian's would conflict with: only what cannot be run is installed.
command -v node >/dev/null || packages_test+=(nodejs)
command -v npm >/dev/null || packages_test+=(npm)
command -v go >/dev/null || packages_test+=(golang-go)

# What the tests of the images need where no Docker engine runs yet: an engine, a registry, and what a base image is made with.
packages_engine=(docker.io docker-compose debootstrap docker-registry)

# Prints the packages of the named groups that are not installed.
missing_packages() {
  local group wanted=() installed
  for group in "$@"; do
    local -n list="packages_$group"
    wanted+=("${list[@]}")
  done
  ((${#wanted[@]})) || return 0
  # The names come back as name or name:architecture; unknown ones only make dpkg-query fail, which says nothing new here.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' || true)
  LC_ALL=C comm -23 <(printf '%s\n' "${wanted[@]}" | LC_ALL=C sort -u) <(printf '%s\n' "$installed" | LC_ALL=C sort -u)
}

# Installs what the named groups lack. Calls apt only when something lacks. Needs root, or sudo.
install_packages() {
  local lacking elevate=()
  mapfile -t lacking < <(missing_packages "$@")
  ((${#lacking[@]})) || return 0
  if ((EUID)); then
    if ! command -v sudo >/dev/null; then
      echo "packages: root or sudo is needed to install: ${lacking[*]}" >&2
      return 1
    fi
    elevate=(sudo)
  fi
  echo "packages: installing ${#lacking[@]}: ${lacking[*]}"
  "${elevate[@]}" bash -c "$(declare -f apt_quietly forbid_services allow_services install_as_root); install_as_root \"\$@\"" - "${lacking[@]}"
}

# The packages of PostgreSQL, etcd and Patroni come with system services of their own. This project starts its own processes, so none of
# those is started or left enabled, and PostgreSQL's usual first cluster ("main") is not made.
install_as_root() {
  set -euo pipefail
  local log service
  log=$(mktemp)
  forbid_services
  trap allow_services EXIT
  if ! { apt_quietly update && apt_quietly install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    echo "packages: apt-get could not install: $* (the whole log: $log)" >&2
    return 1
  fi
  rm -f "$log"
  for service in etcd patroni prometheus prometheus-node-exporter docker-registry; do
    if [[ " $* " == *" $service"[-\ ]* ]] && command -v systemctl >/dev/null; then
      systemctl disable "$service.service" >/dev/null 2>&1 || true
    fi
  done
}

apt_quietly() { DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold "$@"; }

# For as long as packages are being installed: no first cluster, and invoke-rc.d, which asks policy-rc.d whether a service may start, is
# told no. A policy-rc.d that is there already is left alone.
forbid_services() {
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/records-local.conf
  [[ -e /usr/sbin/policy-rc.d ]] && return 0
  printf '#!/bin/sh\n# records: while packages are installed\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
}

allow_services() {
  rm -f /etc/postgresql-common/createcluster.d/records-local.conf
  if grep -qs '^# records: while packages' /usr/sbin/policy-rc.d; then rm -f /usr/sbin/policy-rc.d; fi
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
  set -euo pipefail
  (($#)) || { echo "usage: packages.sh GROUP...   (runtime build cluster flink test engine)" >&2; exit 2; }
  for group in "$@"; do
    declare -p "packages_$group" >/dev/null 2>&1 || { echo "packages: no group \"$group\" (runtime build cluster flink test engine)" >&2; exit 2; }
  done
  install_packages "$@"
fi
