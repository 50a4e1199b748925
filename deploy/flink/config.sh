# The configuration of the three Flink processes, which share one file. Sourced by flink.sh after common.sh. The memory of the TaskManager is
# given part by part: without Flink's own start scripts nothing is worked out from a total.
# shellcheck shell=bash disable=SC2154,SC2034
set -euo pipefail

readonly default_flink_base=15430
readonly flink_parts=(flink-gateway flink-taskmanager flink-jobmanager)

# What Flink 1.20 needs to reach of Java 17, and a collector for small heaps.
readonly java_options=(
  -XX:+UseSerialGC -XX:TieredStopAtLevel=4 -Xss512k
  --add-exports=java.base/sun.net.util=ALL-UNNAMED --add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED
  --add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED
  --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.net=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.lang.reflect=ALL-UNNAMED
  --add-opens=java.base/java.text=ALL-UNNAMED --add-opens=java.base/java.time=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED
)

# flink_ports PORT_BASE: what the option says, else what the last start used, else the default.
flink_ports() {
  local base=${1:-}
  if [[ -z $base && -e $dir/flink/flink.env ]]; then base=$(sed -n 's/^FLINK_PORT_BASE=//p' "$dir/flink/flink.env"); fi
  base=${base:-$default_flink_base}
  check_port --port-base "$base"
  port_base=$base rest_port=$((base + 31)) rpc_port=$((base + 32)) gateway_port=$((base + 33))
}

# Short intervals where the default would show people a state that is seconds old.
flink_config() {
  cat <<YAML
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: $rpc_port
jobmanager.bind-host: 127.0.0.1
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: $rest_port
taskmanager.host: 127.0.0.1
taskmanager.bind-host: 127.0.0.1
taskmanager.numberOfTaskSlots: $slots
taskmanager.cpu.cores: 2.0
taskmanager.memory.framework.heap.size: 96m
taskmanager.memory.framework.off-heap.size: 64m
taskmanager.memory.task.heap.size: 320m
taskmanager.memory.task.off-heap.size: 32m
taskmanager.memory.network.min: 64m
taskmanager.memory.network.max: 64m
taskmanager.memory.managed.size: 128m
taskmanager.memory.jvm-metaspace.size: 192m
taskmanager.memory.jvm-overhead.min: 64m
taskmanager.memory.jvm-overhead.max: 64m
sql-gateway.endpoint.rest.address: 127.0.0.1
sql-gateway.endpoint.rest.bind-address: 127.0.0.1
sql-gateway.endpoint.rest.port: $gateway_port
sql-gateway.session.idle-timeout: 10 min
execution.target: remote
execution.checkpointing.interval: 2s
execution.checkpointing.dir: file://$dir/flink/checkpoints
execution.checkpointing.savepoint-dir: file://$dir/flink/savepoints
execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
execution.checkpointing.num-retained: 2
state.backend.type: hashmap
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 2147483647
restart-strategy.fixed-delay.delay: 1 s
heartbeat.interval: 3000
heartbeat.timeout: 12000
slot.request.timeout: 15000
rest.retry.max-attempts: 3
rest.flamegraph.enabled: false
web.refresh-interval: 200
metrics.fetcher.update-interval: 200
web.submit.enable: false
io.tmp.dirs: $dir/flink/tmp
YAML
}

flink_logging() {
  cat <<'PROPERTIES'
monitorInterval = 30
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %c{1} - %m%n
logger.job.name = org.apache.flink.runtime.executiongraph
logger.job.level = WARN
# Debezium prints its whole configuration; at warn it does not.
logger.debezium.name = io.debezium
logger.debezium.level = WARN
PROPERTIES
}

flink_env() {
  cat <<ENV
FLINK_PORT_BASE=$port_base
FLINK_SQL_GATEWAY_URL=http://127.0.0.1:$gateway_port
FLINK_REST_URL=http://127.0.0.1:$rest_port
ENV
}

write_flink_configuration() {
  as_user mkdir -p "$dir/flink/conf" "$dir/flink/tmp" "$dir/flink/checkpoints" "$dir/flink/savepoints"
  flink_config | write_private "$dir/flink/conf/config.yaml"
  flink_logging | write_private "$dir/flink/conf/log4j.properties"
  flink_env | write_private "$dir/flink/flink.env"
}
