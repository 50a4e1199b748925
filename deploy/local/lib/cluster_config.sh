# The cluster's layout and files: ports, secrets, one Patroni configuration a node, cluster.env. Sourced by cluster.sh after common.sh.
# Sets and uses: node_count, names, pg_ports, rest_ports, etcd_port, etcd_peer_port.
# shellcheck shell=bash disable=SC2154
set -euo pipefail
# shellcheck source=patroni_bootstrap.sh
source "${BASH_SOURCE[0]%/*}/patroni_bootstrap.sh"

readonly default_port_base=15430 app_role=records app_database=records scope=records
readonly pg_bin=/usr/lib/postgresql/15/bin

# ---- layout -----------------------------------------------------------------------------------------------------------------------------

# saved NAME: what cluster.env says, or nothing. Read, not sourced: it belongs to the unprivileged user.
saved() { if [[ -e $dir/cluster.env ]]; then sed -n "s/^$1=//p" "$dir/cluster.env" | tail -n 1; fi; }

# choose_layout NODES PORT_BASE PG_PORTS REST_PORTS ETCD_PORTS: what the options say, else what the last start used, else the default.
choose_layout() {
  local i base=${2:-$default_port_base} known
  known=$(saved CLUSTER_NODES | tr ',' '\n' | grep -c . || true)
  node_count=${1:-${known/#0/3}}
  [[ $node_count =~ ^[1-9]$ ]] || refuse "--nodes: expected 1 to 9, got \"$node_count\""
  ((node_count >= known)) || refuse "--nodes: the cluster in $dir has $known; it can grow, not shrink"
  check_port --port-base "$base"
  names=() pg_ports=() rest_ports=()
  local etcd_ports=()
  for ((i = 1; i <= node_count; i++)); do names+=("node$i"); done
  choose_ports pg_ports --pg-ports "$node_count" "$3" "$2" GAUSS_PORT $((base + 1))
  choose_ports rest_ports --rest-ports "$node_count" "$4" "$2" CLUSTER_REST_PORTS $((base + 11))
  choose_ports etcd_ports --etcd-ports 2 "$5" "$2" CLUSTER_ETCD_PORTS $((base + 21))
  etcd_port=${etcd_ports[0]} etcd_peer_port=${etcd_ports[1]}
  local twice
  twice=$(printf '%s\n' "${pg_ports[@]}" "${rest_ports[@]}" "${etcd_ports[@]}" | sort | uniq -d | head -n 1)
  [[ -z $twice ]] || refuse "port $twice is asked for twice"
}

# choose_ports ARRAY OPTION COUNT OPTION_VALUE PORT_BASE_VALUE SAVED_NAME FIRST
choose_ports() {
  local -n into=$1
  local text=$4 port
  if [[ -z $text && -z $5 ]]; then text=$(saved "$6"); fi
  IFS=, read -ra into <<<"$text"
  if [[ -n $4 ]] && ((${#into[@]} != $3)); then refuse "$2: expected $3 ports separated by commas, got \"$4\""; fi
  if ((${#into[@]} == 0)); then into=("$7"); fi
  while ((${#into[@]} < $3)); do into+=($((into[-1] + 1))); done
  for port in "${into[@]}"; do check_port "$2" "$port"; done
}

joined() { local IFS=,; say "$*"; }

# each PATTERN: the pattern for every node, with % replaced by the node's name, joined by commas.
each() { joined "${names[@]/#/$1/}" | sed "s|/\(node[0-9]\)|/\1$2|g"; }

# ---- secrets ----------------------------------------------------------------------------------------------------------------------------

secret() { as_user cat "$dir/secrets/$1.password"; }

# One random password a role, made once, in files of mode 0600; pgpass holds all of them for psql and libpq.
make_secrets() {
  local role
  for role in postgres replicator "$app_role" patroni; do
    [[ -s $dir/secrets/$role.password ]] || od -An -v -N24 -tx1 /dev/urandom | tr -d ' \n' | write_private "$dir/secrets/$role.password"
  done
  for role in postgres replicator "$app_role"; do printf '*:*:*:%s:%s\n' "$role" "$(secret "$role")"; done | write_private "$dir/secrets/pgpass"
}

# ---- files ------------------------------------------------------------------------------------------------------------------------------

# patroni_config INDEX: every node's configuration is the same but for name and ports.
patroni_config() {
  local name=${names[$1]}
  cat <<YAML
scope: $scope
name: $name
log: {level: INFO}
etcd: {host: "127.0.0.1:$etcd_port"}
restapi:
  listen: 127.0.0.1:${rest_ports[$1]}
  connect_address: 127.0.0.1:${rest_ports[$1]}
  authentication: {username: patroni, password: "$(secret patroni)"}
$(patroni_bootstrap "$app_database" scram-sha-256 200 256MB)
postgresql:
  listen: 127.0.0.1:${pg_ports[$1]}
  connect_address: 127.0.0.1:${pg_ports[$1]}
  data_dir: "$dir/$name/data"
  bin_dir: $pg_bin
  pgpass: "$dir/$name/pgpass"
  basebackup: [{checkpoint: fast}]
  pg_hba:
    - host all all 127.0.0.1/32 scram-sha-256
    - host replication replicator 127.0.0.1/32 scram-sha-256
  authentication:
    superuser: {username: postgres, password: "$(secret postgres)"}
    replication: {username: replicator, password: "$(secret replicator)"}
  parameters:
    unix_socket_directories: ""
    logging_collector: "on"
    log_directory: "$dir/log"
    log_filename: $name.postgresql.log
    log_rotation_age: 0
    log_rotation_size: 0
    log_line_prefix: "%m [%p] %q%u@%d "
YAML
}

# dsn USER DATABASE [MORE]: a libpq connection string of all nodes, without a password: libpq finds that in the passfile.
dsn() {
  say "host=$(hosts) port=$(joined "${pg_ports[@]}") user=$1 dbname=$2 passfile=$dir/secrets/pgpass connect_timeout=3${3:+ $3}"
}

hosts() { joined "${names[@]/*/127.0.0.1}"; }

# What clients and tests need to know, as NAME=value lines that a shell can source and the programs' .env reader understands.
cluster_env() {
  cat <<ENV
GAUSS_HOST=$(hosts)
GAUSS_PORT=$(joined "${pg_ports[@]}")
GAUSS_USER=$app_role
GAUSS_PASSWORD_FILE=$dir/secrets/$app_role.password
GAUSS_DB=$app_database
CLUSTER_DIR=$dir
CLUSTER_RUN_USER=$run_user
CLUSTER_SCOPE=$scope
CLUSTER_NODES=$(joined "${names[@]}")
CLUSTER_REST_PORTS=$(joined "${rest_ports[@]}")
CLUSTER_ETCD_PORTS=$etcd_port,$etcd_peer_port
CLUSTER_ETCD_PID_FILE=$dir/run/etcd.pid
CLUSTER_PATRONI_PID_FILES=$(each "$dir/run" .pid)
CLUSTER_POSTGRES_PID_FILES=$(each "$dir" /data/postmaster.pid)
CLUSTER_PATRONI_CONFIGS=$(each "$dir" /patroni.yml)
CLUSTER_PGPASS_FILE=$dir/secrets/pgpass
CLUSTER_APP_DSN='$(dsn $app_role $app_database)'
CLUSTER_SUPERUSER_DSN='$(dsn postgres $app_database target_session_attrs=read-write)'
ENV
}

write_configuration() {
  local i
  make_secrets
  for i in "${!names[@]}"; do
    as_user mkdir -p "$dir/${names[$i]}"
    patroni_config "$i" | write_private "$dir/${names[$i]}/patroni.yml"
  done
  as_user mkdir -p "$dir/etcd"
  cluster_env | write_private "$dir/cluster.env"
}
