# What comes before there is a database: packages, user, limits, and the server built from its sources. Sourced by gauss.sh.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

# The documented list for CentOS 7 and openEuler 20.03/22.03; the LSB package has another name on each.
packages() {
  local list=(bison flex glibc-devel libaio-devel ncurses-devel patch readline-devel gcc gcc-c++ make python3 tar)
  if grep -qi openeuler "$os_release"; then list+=(openeuler-lsb); else list+=(redhat-lsb-core); fi
  say "${list[@]}"
}

installed() { rpm -q "$1" >/dev/null 2>&1; }

dependencies() {
  local each lacking=() manager=yum
  os_release=${OS_RELEASE:-/etc/os-release}
  [[ -r $os_release ]] || die "$os_release cannot be read"
  grep -qiE 'centos|rhel|openeuler' "$os_release" || warn "neither CentOS nor openEuler: the names of packages may differ"
  for each in $(packages); do installed "$each" || lacking+=("$each"); done
  if ((${#lacking[@]} == 0)); then
    say "All packages are there."
    return 0
  fi
  if command -v dnf >/dev/null; then manager=dnf; fi
  run "$manager" install -y "${lacking[@]}"
}

# User, folders, limits. Each only where it lacks.
user() {
  local i
  getent group "$GAUSS_OS_GROUP" >/dev/null || run groupadd "$GAUSS_OS_GROUP"
  id -u "$GAUSS_OS_USER" >/dev/null 2>&1 || run useradd -g "$GAUSS_OS_GROUP" -m "$GAUSS_OS_USER"
  for i in "${!folders[@]}"; do
    [[ -d ${folders[i]} ]] || run install -d -o "$GAUSS_OS_USER" -g "$GAUSS_OS_GROUP" -m 700 "${folders[i]}"
  done
  if [[ -n $GAUSS_HOME && ! -d $GAUSS_HOME ]]; then run install -d -o "$GAUSS_OS_USER" -g "$GAUSS_OS_GROUP" -m 755 "$GAUSS_HOME"; fi
  write_file "${LIMITS_FILE:-/etc/security/limits.d/90-opengauss.conf}" <<LIMITS
$GAUSS_OS_USER soft nofile 1000000
$GAUSS_OS_USER hard nofile 1000000
$GAUSS_OS_USER soft nproc 60000
$GAUSS_OS_USER hard nproc 60000
LIMITS
  # Semaphores for all the backends of three servers.
  write_file "${SYSCTL_FILE:-/etc/sysctl.d/90-opengauss.conf}" <<SYSCTL
kernel.sem = 250 85000 250 330
SYSCTL
  run sysctl -q -p "${SYSCTL_FILE:-/etc/sysctl.d/90-opengauss.conf}"
}

# From the sources with their third-party binaries (which come separately, about 830 MB): an hour on a small machine.
source_build() {
  need_setting GAUSS_HOME
  if [[ -x $GAUSS_HOME/bin/gaussdb ]]; then
    say "$GAUSS_HOME/bin/gaussdb is there already."
    return 0
  fi
  need_setting GAUSS_SOURCE
  need_setting GAUSS_BINARYLIBS
  [[ $GAUSS_BINARYLIBS == /* ]] || die "GAUSS_BINARYLIBS: build.sh wants an absolute path, got \"$GAUSS_BINARYLIBS\""
  if ((!dry_run)); then
    [[ -x $GAUSS_SOURCE/build.sh || -r $GAUSS_SOURCE/build.sh ]] || die "GAUSS_SOURCE: $GAUSS_SOURCE/build.sh is not there"
    [[ -d $GAUSS_BINARYLIBS ]] || die "GAUSS_BINARYLIBS: $GAUSS_BINARYLIBS is not there"
  fi
  run cd "$GAUSS_SOURCE"
  run sh build.sh -m release -3rd "$GAUSS_BINARYLIBS"
  # build.sh leaves the server in mppdb_temp_install of the sources.
  run cp -a "$GAUSS_SOURCE/mppdb_temp_install/." "$GAUSS_HOME/"
  run chown -R "$GAUSS_OS_USER:$GAUSS_OS_GROUP" "$GAUSS_HOME"
}
