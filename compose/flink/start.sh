#!/usr/bin/env bash
# One Flink process in a container: flink-node jobmanager|taskmanager|sql-gateway|health. Settings: JOB_MANAGER, the name by which all
# find the JobManager (this container's, and then only it finds itself); TASK_SLOTS, parallel parts of a TaskManager (2). Checkpoints are in /var/lib/flink, which all of them share. The configuration is
# that of deploy/flink but for addresses.
set -euo pipefail

manager=${JOB_MANAGER:-$(hostname)}
conf=/tmp/flink/conf

configuration() {
  cat <<YAML
jobmanager.rpc.address: $manager
jobmanager.rpc.port: 6123
jobmanager.bind-host: 0.0.0.0
rest.address: $manager
rest.bind-address: 0.0.0.0
rest.port: 8081
taskmanager.host: $(hostname)
taskmanager.bind-host: 0.0.0.0
taskmanager.numberOfTaskSlots: ${TASK_SLOTS:-2}
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
sql-gateway.endpoint.rest.address: $(hostname)
sql-gateway.endpoint.rest.bind-address: 0.0.0.0
sql-gateway.endpoint.rest.port: 8083
sql-gateway.session.idle-timeout: 10 min
execution.target: remote
execution.checkpointing.interval: 2s
execution.checkpointing.dir: file:///var/lib/flink/checkpoints
execution.checkpointing.savepoint-dir: file:///var/lib/flink/savepoints
execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
execution.checkpointing.num-retained: 2
state.backend.type: hashmap
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 2147483647
restart-strategy.fixed-delay.delay: 1 s
heartbeat.interval: 3000
heartbeat.timeout: 12000
slot.request.timeout: 15000
web.submit.enable: false
io.tmp.dirs: /tmp/flink
YAML
}

logging() {
  cat <<'PROPERTIES'
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.name = console
appender.console.type = CONSOLE
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %c{1} - %m%n
PROPERTIES
}

# What Flink 1.20 needs to reach of Java 17.
opened=(java.lang java.net java.io java.nio sun.nio.ch java.lang.reflect java.text java.time java.util java.util.concurrent
  java.util.concurrent.atomic java.util.concurrent.locks)
options=(-XX:+UseSerialGC --add-exports=java.base/sun.net.util=ALL-UNNAMED --add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED
  --add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED "${opened[@]/#/--add-opens=java.base/}")
for at in "${!options[@]}"; do
  case ${options[at]} in --add-opens=*) options[at]+='=ALL-UNNAMED' ;; esac
done

launch() {
  local heap=$1
  shift
  mkdir -p "$conf" /var/lib/flink/checkpoints /var/lib/flink/savepoints
  configuration >"$conf/config.yaml"
  logging >"$conf/log4j.properties"
  # shellcheck disable=SC2086  # a list of options
  FLINK_CONF_DIR=$conf exec java $heap "${options[@]}" -Djava.io.tmpdir=/tmp/flink "-Dlog4j2.configurationFile=$conf/log4j.properties" \
    -cp '/opt/flink/lib/*' "$@"
}

# ask HOST PORT PATH TEXT: whether the answer from there has TEXT in it.
ask() {
  local answer
  exec 3<>"/dev/tcp/$1/$2" || return 1
  printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$3" >&3
  answer=$(timeout 3 cat <&3) || return 1
  [[ $answer == *"$4"* ]]
}

case ${1:-} in
  jobmanager)
    launch "-Xms128m -Xmx400m -XX:MaxMetaspaceSize=256m" org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint --configDir "$conf" ;;
  taskmanager)
    launch "-Xms416m -Xmx416m -XX:MaxDirectMemorySize=160m -XX:MaxMetaspaceSize=192m" \
      org.apache.flink.runtime.taskexecutor.TaskManagerRunner --configDir "$conf" ;;
  sql-gateway) launch "-Xms128m -Xmx384m" org.apache.flink.table.gateway.SqlGateway ;;
  health)
    case $(tr '\0' ' ' </proc/1/cmdline) in
      *StandaloneSession*) ask 127.0.0.1 8081 /overview ' 200 ' ;;
      *SqlGateway*) ask 127.0.0.1 8083 /v1/info ' 200 ' ;;
      # It listens nowhere fixed: the JobManager knows whether it has one.
      *TaskManagerRunner*) ask "$manager" 8081 /taskmanagers '"id"' ;;
    esac ;;
  *) echo "flink-node: expected jobmanager, taskmanager, sql-gateway or health, got \"${1:-}\"" >&2; exit 2 ;;
esac
