# Addresses and folders of the Flink processes on this machine, and their configuration. Sourced by flink.sh after common.sh.
# shellcheck shell=bash disable=SC2154,SC2034
set -euo pipefail

# shellcheck source=node.sh
source "${BASH_SOURCE[0]%/*}/node.sh"

readonly default_flink_base=15430
readonly flink_parts=(flink-gateway flink-taskmanager flink-jobmanager)

# flink_ports PORT_BASE: what the option says, else what the last start used, else the default.
flink_ports() {
  local base=${1:-}
  if [[ -z $base && -e $dir/flink/flink.env ]]; then base=$(sed -n 's/^FLINK_PORT_BASE=//p' "$dir/flink/flink.env"); fi
  base=${base:-$default_flink_base}
  check_port --port-base "$base"
  port_base=$base rest_port=$((base + 31)) rpc_port=$((base + 32)) gateway_port=$((base + 33))
}

flink_env() {
  cat <<ENV
FLINK_PORT_BASE=$port_base
FLINK_SQL_GATEWAY_URL=http://127.0.0.1:$gateway_port
FLINK_REST_URL=http://127.0.0.1:$rest_port
ENV
}

write_flink_configuration() {
  local manager=127.0.0.1 host=127.0.0.1 bind=127.0.0.1 state=$dir/flink temporary=$dir/flink/tmp
  as_user mkdir -p "$dir/flink/conf" "$dir/flink/tmp" "$dir/flink/checkpoints" "$dir/flink/savepoints"
  flink_config | write_private "$dir/flink/conf/config.yaml"
  flink_logging | write_private "$dir/flink/conf/log4j.properties"
  flink_env | write_private "$dir/flink/flink.env"
}
