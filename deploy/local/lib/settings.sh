# The settings of run.sh: the .env file, the environment, and the checks that come before anything is started. Sourced after common.sh.
# shellcheck shell=bash disable=SC2154,SC2034
set -euo pipefail

# load_env_file PATH: puts NAME=value lines into the environment where NAME is not set yet, by the rules the programs use: blank lines,
# comments, `export `, single or double quotes.
load_env_file() {
  local line name value number=0 form='^(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)[[:space:]]*=[[:space:]]*(.*)$'
  [[ -e $1 ]] || return 0
  [[ -r $1 ]] || refuse "$1 cannot be read"
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    line=${line%$'\r'}
    line=${line#"${line%%[![:space:]]*}"}
    line=${line%"${line##*[![:space:]]}"}
    [[ -n $line && $line != '#'* ]] || continue
    [[ $line =~ $form ]] || refuse "$1 line $number: expected NAME=value"
    name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]}
    if [[ ${#value} -ge 2 && ${value:0:1} == ["\"'"] && ${value: -1} == "${value:0:1}" ]]; then value=${value:1:-1}; fi
    [[ -v $name ]] || export "$name=$value"
  done <"$1"
}

# Sets every setting of ours that has a default, and `url`, and checks them.
read_settings() {
  export HTTP_PORT=${HTTP_PORT:-8000} HTTP_ADDRESS=${HTTP_ADDRESS:-127.0.0.1}
  export RECORDS_LISTEN=${RECORDS_LISTEN:-127.0.0.1:50051} ANALYTICS_LISTEN=${ANALYTICS_LISTEN:-127.0.0.1:50052}
  check_port HTTP_PORT "$HTTP_PORT"
  [[ $HTTP_ADDRESS =~ ^[0-9A-Za-z.:-]+$ ]] || refuse "HTTP_ADDRESS: expected an address, got \"$HTTP_ADDRESS\""
  [[ -z ${PROGRAM_CPUS:-} ]] || taskset -c "$PROGRAM_CPUS" true 2>/dev/null ||
    refuse "PROGRAM_CPUS: expected numbers of this machine's processors as taskset -c takes them, got \"$PROGRAM_CPUS\""
  check_endpoint RECORDS_LISTEN
  check_endpoint ANALYTICS_LISTEN
  export RECORDS_SERVICE_ADDR=${RECORDS_SERVICE_ADDR:-$(reachable "$RECORDS_LISTEN")}
  export ANALYTICS_SERVICE_ADDR=${ANALYTICS_SERVICE_ADDR:-$(reachable "$ANALYTICS_LISTEN")}
  local twice
  twice=$(printf '%s\n' "$HTTP_PORT" "${RECORDS_LISTEN##*:}" "${ANALYTICS_LISTEN##*:}" | sort | uniq -d | head -n 1)
  [[ -z $twice ]] || refuse "HTTP_PORT, RECORDS_LISTEN and ANALYTICS_LISTEN: port $twice is asked for twice"
  url="http://$(reachable "$HTTP_ADDRESS:$HTTP_PORT")"
  # gRPC and curl would otherwise send even loopback calls to a proxy.
  export no_proxy="${no_proxy:+$no_proxy,}127.0.0.1,localhost,::1" NO_PROXY="${NO_PROXY:+$NO_PROXY,}127.0.0.1,localhost,::1"
}

check_endpoint() {
  [[ ${!1} == ?*:* ]] || refuse "$1: expected host:port, got \"${!1}\""
  check_port "$1" "${!1##*:}"
}

# The address a client on this machine uses for something that listens on HOST:PORT.
reachable() {
  local host=${1%:*} port=${1##*:}
  host=${host#[} host=${host%]}
  case $host in
    0.0.0.0) host=127.0.0.1 ;;
    ::) host='[::1]' ;;
    *:*) host="[$host]" ;;
  esac
  say "$host:$port"
}

check_listen_ports() {
  local first=1024 system=/proc/sys/net/ipv4/ip_unprivileged_port_start name port
  if [[ -r $system ]]; then first=$(<"$system"); fi
  for name in HTTP_PORT RECORDS_LISTEN ANALYTICS_LISTEN; do
    port=${!name##*:}
    ((port >= first)) || refuse "$name: user $run_user may not open port $port (below $first): take a higher one"
    need_free_port "$name" "$port"
  done
}

# Where the records live: an own database when DATABASE_URL or GAUSS_HOST is set, SQLite when --embedded is given, else the local cluster.
choose_database() {
  if ((embedded)); then
    database=sqlite
  elif [[ -n ${DATABASE_URL:-}${GAUSS_HOST:-} ]]; then
    database=own
  else
    database=cluster
  fi
}

# Sets the environment by which the services find the database.
use_database() {
  local name
  [[ $database != own ]] || return 0
  unset DATABASE_URL GAUSS_HOST GAUSS_PORT GAUSS_USER GAUSS_PASSWORD GAUSS_PASSWORD_FILE GAUSS_DB GAUSS_READ_DSN GAUSS_DIALECT
  if [[ $database == sqlite ]]; then
    export DATABASE_URL="sqlite:///$dir/records.db"
    return 0
  fi
  for name in GAUSS_HOST GAUSS_PORT GAUSS_USER GAUSS_PASSWORD_FILE GAUSS_DB; do
    export "$name=$(sed -n "s/^$name=//p" "$dir/cluster.env")"
  done
}
