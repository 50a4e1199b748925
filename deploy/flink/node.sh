# What the three Flink processes are started with, which share one configuration: on this machine (config.sh, flink.sh) and in containers
# (compose/flink/start.sh). Sourced by them. The memory of the TaskManager is given part by part: without Flink's own start scripts nothing is
# worked out from a total.
# shellcheck shell=bash disable=SC2154,SC2034
set -euo pipefail

# What Flink 1.20 needs to reach of Java 17, and a collector for small heaps.
readonly flink_java_options=(
  -XX:+UseSerialGC -XX:TieredStopAtLevel=4 -Xss512k
  --add-exports=java.base/sun.net.util=ALL-UNNAMED --add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED
  --add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED
  --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.net=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED
  --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.lang.reflect=ALL-UNNAMED
  --add-opens=java.base/java.text=ALL-UNNAMED --add-opens=java.base/java.time=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent=ALL-UNNAMED --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent.locks=ALL-UNNAMED
)

# flink_program PART CONF: sets flink_heap and flink_main, what java is started with, for jobmanager, taskmanager or gateway. The gateway finds
# its configuration by FLINK_CONF_DIR.
flink_program() {
  case $1 in
    jobmanager)
      flink_heap=(-Xms128m -Xmx400m -XX:MaxMetaspaceSize=256m)
      flink_main=(org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint --configDir "$2") ;;
    taskmanager)
      flink_heap=(-Xms416m -Xmx416m -XX:MaxDirectMemorySize=160m -XX:MaxMetaspaceSize=192m)
      flink_main=(org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir "$2") ;;
    gateway)
      flink_heap=(-Xms128m -Xmx384m)
      flink_main=(org.apache.flink.table.gateway.SqlGateway) ;;
  esac
}

# The caller sets: manager, the JobManager's name; host, this process' own; bind, the address that all listen on; rpc_port, rest_port,
# gateway_port; slots, parallel parts of a TaskManager; state, the folder of checkpoints, which all processes share; temporary, a folder.
# Short intervals where the default would show people a state that is seconds old.
flink_config() {
  cat <<YAML
jobmanager.rpc.address: $manager
jobmanager.rpc.port: $rpc_port
jobmanager.bind-host: $bind
rest.address: $manager
rest.bind-address: $bind
rest.port: $rest_port
taskmanager.host: $host
taskmanager.bind-host: $bind
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
sql-gateway.endpoint.rest.address: $host
sql-gateway.endpoint.rest.bind-address: $bind
sql-gateway.endpoint.rest.port: $gateway_port
sql-gateway.session.idle-timeout: 10 min
execution.target: remote
execution.checkpointing.interval: 2s
execution.checkpointing.dir: file://$state/checkpoints
execution.checkpointing.savepoint-dir: file://$state/savepoints
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
io.tmp.dirs: $temporary
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
