# The settings, the words, and the dry run. Sourced by gauss.sh first.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

say() { printf '%s\n' "$*"; }
warn() { printf 'gauss.sh: %s\n' "$*" >&2; }
die() { warn "$*"; exit 2; }

dry_run=0

# run COMMAND...: does it, or in a dry run says it. Nothing that changes anything is called in another way.
run() {
  if ((dry_run)); then
    printf '+ %s\n' "$(quoted "$@")"
    return 0
  fi
  "$@"
}

quoted() {
  local word out=()
  for word in "$@"; do
    if [[ $word =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then out+=("$word"); else out+=("'${word//\'/\'\\\'\'}'"); fi
  done
  printf '%s' "${out[*]}"
}

# run_secret SHOWN COMMAND...: the same for a command with a password in it: a dry run shows SHOWN instead.
run_secret() {
  if ((dry_run)); then
    printf '+ %s\n' "$1"
    return 0
  fi
  shift
  "$@"
}

# write_file PATH < TEXT: replaced in one step, only where it differs.
write_file() {
  local text
  text=$(cat)
  if [[ -e $1 && $(<"$1") == "$text" ]]; then return 0; fi
  if ((dry_run)); then
    printf '+ write %s:\n' "$1"
    # shellcheck disable=SC2001  # each line
    sed 's/^/    /' <<<"$text"
    return 0
  fi
  printf '%s\n' "$text" >"$1.new"
  if [[ -e $1 ]]; then
    chmod --reference="$1" "$1.new"
    chown --reference="$1" "$1.new"
  fi
  mv "$1.new" "$1"
}

# read_settings PATH
read_settings() {
  local line name value number=0
  GAUSS_OS_USER=omm GAUSS_OS_GROUP=dbgrp GAUSS_HOME='' GAUSS_SOURCE='' GAUSS_BINARYLIBS='' GAUSS_NODES='' GAUSS_CLIENT_NETWORK=127.0.0.1/32
  GAUSS_PASSWORD_FILE='' GAUSS_APP_PASSWORD_FILE='' GAUSS_APP_USER=records GAUSS_APP_DB=records
  [[ -r $1 ]] || die "$1 cannot be read: copy cluster.conf.example (--config FILE)"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    [[ -n ${line// /} && $line != '#'* ]] || continue
    [[ $line =~ ^(GAUSS_[A-Z_]+)=(.*)$ ]] || die "$1 line $number: expected GAUSS_NAME=value"
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    [[ -v $name ]] || die "$1 line $number: unknown setting $name"
    printf -v "$name" '%s' "$value"
  done <"$1"
  read_nodes
}

# Sets node_names, addresses, ports, folders (by index).
read_nodes() {
  local entry
  node_names=() addresses=() ports=() folders=()
  for entry in $GAUSS_NODES; do
    [[ $entry =~ ^([a-z][a-z0-9_]*)=([^:]+):([0-9]+):(/.+)$ ]] || die "GAUSS_NODES: expected NAME=ADDRESS:PORT:DIR, got \"$entry\""
    node_names+=("${BASH_REMATCH[1]}") addresses+=("${BASH_REMATCH[2]}") ports+=("${BASH_REMATCH[3]}") folders+=("${BASH_REMATCH[4]}")
  done
  ((${#node_names[@]} >= 2)) || die "GAUSS_NODES: expected a primary and at least one standby"
  check_nodes
}

check_nodes() {
  local i j
  for i in "${!ports[@]}"; do
    ((ports[i] >= 1024 && ports[i] <= 65530)) || die "GAUSS_NODES: port ${ports[i]} of ${node_names[i]} is not between 1024 and 65530"
    for ((j = 0; j < i; j++)); do
      [[ ${node_names[i]} != "${node_names[j]}" ]] || die "GAUSS_NODES: ${node_names[i]} is there twice"
      if [[ ${addresses[i]} == "${addresses[j]}" ]]; then
        [[ ${folders[i]} != "${folders[j]}" ]] || die "GAUSS_NODES: ${node_names[i]} and ${node_names[j]} have the same folder"
        if ((ports[i] - ports[j] < 10 && ports[j] - ports[i] < 10)); then
          die "GAUSS_NODES: the ports of ${node_names[i]} and ${node_names[j]} are less than ten apart: each takes +1, +4 and +5 too"
        fi
      fi
    done
  done
}

# index_of NAME: sets `node`.
index_of() {
  for node in "${!node_names[@]}"; do
    if [[ ${node_names[node]} == "$1" ]]; then return 0; fi
  done
  die "no node \"$1\" in GAUSS_NODES"
}

need_setting() { [[ -n ${!1} ]] || die "$1 is not set in the configuration"; }

# password_of SETTING: from its file, checked by openGauss's own rule.
password_of() {
  local text
  need_setting "$1"
  if ((dry_run)) && [[ ! -r ${!1} ]]; then say 'Dry-run-1'; return 0; fi
  [[ -r ${!1} ]] || die "$1: ${!1} cannot be read"
  text=$(<"${!1}")
  [[ ${#text} -ge 8 && $text =~ [A-Z] && $text =~ [a-z] && $text =~ [0-9] && $text =~ [^A-Za-z0-9] ]] ||
    die "$1: openGauss wants 8 characters or more with upper and lower case, a digit and a sign"
  say "$text"
}

# Everything that touches a server runs as its user. gs_ctl refuses root.
as_owner() {
  local home=("env" "GAUSSHOME=$GAUSS_HOME" "PATH=$GAUSS_HOME/bin:$PATH" "LD_LIBRARY_PATH=$GAUSS_HOME/lib")
  if [[ $(id -un) == "$GAUSS_OS_USER" ]]; then
    "${home[@]}" "$@"
  elif ((EUID == 0)); then
    runuser -u "$GAUSS_OS_USER" -- "${home[@]}" "$@"
  else
    die "run this as root or as $GAUSS_OS_USER"
  fi
}

# run_as_owner COMMAND...: in a dry run without the words by which it becomes that user.
run_as_owner() {
  if ((dry_run)); then run "$@"; else as_owner "$@"; fi
}
