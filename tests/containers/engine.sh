#!/usr/bin/env bash
# A Docker engine for the tests alone, where none answers: its own data, socket and pid under one folder. Needs root.
#   engine.sh start DIR [GROUP]    GROUP may use it; prints the value for DOCKER_HOST
#   engine.sh stop DIR
set -euo pipefail

command=${1:?} dir=${2:?} group=${3:-root}
export DOCKER_HOST=unix://$dir/engine.sock

answers() { docker info >/dev/null 2>&1; }

# Nothing of an earlier run comes back: this engine has no other user.
clear_left_overs() {
  local containers
  mapfile -t containers < <(docker ps -aq)
  if ((${#containers[@]})); then docker rm -fv "${containers[@]}" >/dev/null; fi
  docker volume prune -f >/dev/null
  docker network prune -f >/dev/null
}

start() {
  if ! answers; then
    mkdir -p "$dir"
    rm -f "$dir/engine.pid"
    setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" --pidfile "$dir/engine.pid" --host "$DOCKER_HOST" --group "$group" \
      >"$dir/engine.log" 2>&1 </dev/null 8>&- &
    local pid=$! end=$((SECONDS + 60))
    until answers; do
      if ! kill -0 "$pid" 2>/dev/null || ((SECONDS > end)); then
        tail -n 10 "$dir/engine.log" >&2
        echo "engine.sh: no Docker engine came up (log: $dir/engine.log)" >&2
        exit 3
      fi
      sleep 0.2
    done
  fi
  clear_left_overs
  echo "$DOCKER_HOST"
}

stop() {
  local pid
  [[ -s $dir/engine.pid ]] || return 0
  if answers; then clear_left_overs; fi
  pid=$(<"$dir/engine.pid")
  kill -TERM "$pid" 2>/dev/null || return 0
  for _ in {1..300}; do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  echo "engine.sh: the engine (pid $pid) does not stop" >&2
  exit 1
}

case $command in
  start | stop) "$command" ;;
  *) echo "usage: engine.sh start|stop DIR [GROUP]" >&2; exit 2 ;;
esac
