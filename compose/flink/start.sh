#!/usr/bin/env bash
# One Flink process in a container: flink-node jobmanager|taskmanager|sql-gateway|health. Settings: JOB_MANAGER, the name by which all
# find the JobManager (this container's, and then only it finds itself); TASK_SLOTS, parallel parts of a TaskManager (2). Checkpoints are in
# /var/lib/flink, which all of them share. What the processes are started with is that of deploy/flink/node.sh.
set -euo pipefail

# shellcheck source=../../deploy/flink/node.sh
source /usr/local/lib/flink-node.sh

manager=${JOB_MANAGER:-$(hostname)} host=$(hostname) bind=0.0.0.0 rpc_port=6123 rest_port=8081 gateway_port=8083
slots=${TASK_SLOTS:-2} state=/var/lib/flink temporary=/tmp/flink
conf=$temporary/conf

launch() {
  flink_program "$1" "$conf"
  mkdir -p "$conf" "$state/checkpoints" "$state/savepoints"
  flink_config >"$conf/config.yaml"
  flink_logging >"$conf/log4j.properties"
  FLINK_CONF_DIR=$conf exec java "${flink_heap[@]}" "${flink_java_options[@]}" "-Djava.io.tmpdir=$temporary" \
    "-Dlog4j2.configurationFile=$conf/log4j.properties" -cp '/opt/flink/lib/*' "${flink_main[@]}"
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
  jobmanager | taskmanager) launch "$1" ;;
  sql-gateway) launch gateway ;;
  health)
    case $(tr '\0' ' ' </proc/1/cmdline) in
      *StandaloneSession*) ask 127.0.0.1 8081 /overview ' 200 ' ;;
      *SqlGateway*) ask 127.0.0.1 8083 /v1/info ' 200 ' ;;
      # It listens nowhere fixed: the JobManager knows whether it has one.
      *TaskManagerRunner*) ask "$manager" 8081 /taskmanagers '"id"' ;;
    esac ;;
  *) echo "flink-node: expected jobmanager, taskmanager, sql-gateway or health, got \"${1:-}\"" >&2; exit 2 ;;
esac
