# What run.sh and cluster.sh share: words, waiting, ports, the unprivileged user, the data folder. Sourced, never run.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

checkout=$(cd "${BASH_SOURCE[0]%/*}/../../.." && pwd -P)

# What the scripts answer to the shell; the programs answer the same.
readonly exit_failure=1 exit_configuration=2 exit_unavailable=3

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die [CODE] TEXT...: one clear line, and the end.
die() {
  local code=$exit_failure
  if [[ $1 =~ ^[0-9]+$ ]]; then code=$1; shift; fi
  warn "$*"
  exit "$code"
}

# refuse TEXT...: the same for what the caller has set wrongly.
refuse() { die "$exit_configuration" "$@"; }

# wait_until SECONDS COMMAND...: polls until COMMAND succeeds; fails when the time is over.
wait_until() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# ---- ports ------------------------------------------------------------------------------------------------------------------------------

# check_port NAME VALUE: a port number, or the end.
check_port() {
  [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] && (($2 <= 65535)) && return 0
  refuse "$1: expected a port from 1 to 65535, got \"$2\""
}

port_taken() { (exec 3<>"/dev/tcp/${2:-127.0.0.1}/$1") 2>/dev/null; }

# need_free_port NAME PORT [HOST]
need_free_port() {
  ! port_taken "$2" "${3:-127.0.0.1}" || die "$exit_unavailable" "$1: port $2 is already taken by another program"
}

# ---- the unprivileged user --------------------------------------------------------------------------------------------------------------

# PostgreSQL refuses to run as root. Started by anybody else, everything runs as that user. Started by root it runs as RECORDS_RUN_USER, else
# as the owner of the checkout (so that sudo and no sudo lead to the same data), else as the system user "records", made here when missing.
choose_run_user() {
  run_user=$(id -un)
  run_as=()
  ((EUID == 0)) || return 0
  run_user=${RECORDS_RUN_USER:-$(stat -c %U "$checkout")}
  case $run_user in root | UNKNOWN) run_user=records ;; esac
  if ! id -u "$run_user" >/dev/null 2>&1; then
    [[ $run_user == records ]] || refuse "RECORDS_RUN_USER: there is no user \"$run_user\""
    useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin records
  fi
  [[ $(id -u "$run_user") != 0 ]] || refuse "RECORDS_RUN_USER: PostgreSQL refuses to run as root"
  run_as=(setpriv --reuid "$(id -u "$run_user")" --regid "$(id -g "$run_user")" --init-groups --)
}

as_user() { "${run_as[@]}" "$@"; }

# write_private PATH < TEXT: a file that only the unprivileged user reads, replaced in one step.
write_private() {
  # shellcheck disable=SC2016  # $1 belongs to the inner shell
  as_user bash -c 'umask 077; cat >"$1.new" && mv "$1.new" "$1"' - "$1"
}

# ---- the data folder --------------------------------------------------------------------------------------------------------------------

readonly folder_mark=.records-local

# real_folder PATH: where PATH leads, when it is (a link to) a data folder of ours; else nothing.
real_folder() {
  local path
  path=$(realpath -m "$1")
  if [[ -e $path/$folder_mark ]]; then say "$path"; fi
}

# prepare_folder PATH: makes the data folder and sets `dir` to its real path. It must be new, empty or ours. Where the unprivileged user
# cannot go (a checkout under /root), PATH becomes a link to a folder under /var/lib/records.
prepare_folder() {
  local path unfit='[[:space:]"'"'"'\\,$#|]'
  path=$(realpath -ms "$1")
  if [[ -L $path ]]; then
    path=$(realpath -m "$path")
  elif ! can_reach "$path"; then
    link_elsewhere "$path"
    path=$(realpath -m "$path")
  fi
  dir=$path
  [[ ! $dir =~ $unfit ]] || refuse "the path $dir holds blanks, quotes or signs that the programs' settings cannot hold: give another --dir"
  if [[ -e $dir && ! -d $dir ]]; then refuse "$dir is not a folder"; fi
  mkdir -p "$dir" 2>/dev/null || refuse "$dir cannot be made by user $(id -un): give another --dir, or run as root"
  if ((EUID)) && [[ ! -O $dir ]]; then refuse "$dir belongs to user $(stat -c %U "$dir"): run as root, or give another --dir"; fi
  if [[ ! -e $dir/$folder_mark && -n $(ls -A "$dir") ]]; then refuse "$dir holds other files: give an empty or new folder"; fi
  if [[ $(stat -c %U "$dir") != "$run_user" ]]; then chown -R "$run_user:" "$dir"; fi
  chmod 700 "$dir"
  as_user touch "$dir/$folder_mark"
  as_user mkdir -p "$dir/run" "$dir/log" "$dir/secrets"
}

# Whether the unprivileged user can enter the nearest folder above PATH that exists.
can_reach() {
  local above
  above=$(dirname "$1")
  while [[ ! -e $above ]]; do above=$(dirname "$above"); done
  as_user test -x "$above"
}

link_elsewhere() {
  local sum target
  ((EUID == 0)) || refuse "$1 cannot be reached by user $run_user: give another --dir"
  sum=$(printf '%s' "$1" | sha256sum)
  target=/var/lib/records/${sum:0:12}
  if [[ -e $1 ]]; then
    rmdir "$1" 2>/dev/null || refuse "$1 is out of reach of user $run_user and not empty: give another --dir"
  fi
  mkdir -p "$target" "$(dirname "$1")"
  ln -s "$target" "$1"
  say "User $run_user cannot enter $(dirname "$1"), so the data are in $target; $1 links there."
}

# lock_folder NAME: only one NAME at a time starts or stops things in a folder. Children must not inherit the lock: launch closes it.
lock_folder() {
  as_user touch "$dir/run/$1.lock"
  exec 9<"$dir/run/$1.lock"
  flock -w 120 9 || die "$exit_unavailable" "another $1.sh is at work in $dir"
}
unlock_folder() { exec 9>&-; }
