# Starting, finding and stopping processes by pid. Sourced after common.sh; uses dir and run_as.
# A process is ours when its pid stands in run/NAME.pid and its working folder is the one it was started in: a pid that the system has given
# to somebody else since is never taken for ours.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

pid_file() { say "$dir/run/$1.pid"; }

# pid_of NAME FOLDER: prints the pid of the running process, or fails.
pid_of() {
  local pid file
  file=$(pid_file "$1")
  [[ -r $file ]] || return 1
  read -r pid <"$file" || return 1
  is_process "$pid" "$2" && say "$pid"
}

is_process() { [[ $1 =~ ^[0-9]+$ && $(readlink "/proc/$1/cwd" 2>/dev/null) == "$2" ]]; }

is_running() { pid_of "$@" >/dev/null; }
is_stopped() { ! is_running "$@"; }

declare -A launched=()  # NAME -> pid of what this script itself has launched

# launch NAME FOLDER COMMAND...: a process of its own session (Ctrl-C in the terminal does not reach it), as the unprivileged user, in FOLDER,
# with its output in log/NAME.log.
launch() {
  local name=$1 folder=$2 log="$dir/log/$1.log"
  shift 2
  as_user touch "$log"
  cd "$folder"
  (exec setsid env --default-signal=INT,QUIT "${run_as[@]}" "$@" </dev/null >>"$log" 2>&1 9>&-) &
  launched[$name]=$!
  cd "$OLDPWD"
  say "${launched[$name]}" | write_private "$(pid_file "$name")"
}

# stop_process NAME FOLDER SECONDS: SIGTERM, then, when the time is over, SIGKILL.
stop_process() {
  local pid
  if pid=$(pid_of "$1" "$2"); then
    kill -TERM "$pid" 2>/dev/null || true
    if ! wait_until "$3" is_stopped "$1" "$2"; then
      warn "$1 did not stop within $3 s: killed"
      kill -KILL "$pid" 2>/dev/null || true
      wait_until 10 is_stopped "$1" "$2" || warn "$1 (pid $pid) cannot be killed"
    fi
  fi
  rm -f "$(pid_file "$1")"
}

# explain_end NAME: for people, how what has ended while it started did so, and the end of its log.
explain_end() {
  local code=0
  if [[ -n ${launched[$1]:-} ]]; then
    wait "${launched[$1]}" || code=$?
    warn "$1 ended with status $code"
  fi
  last_lines "$1"
}

# last_lines NAME [COUNT]: the end of its log, for people.
last_lines() {
  local log=$dir/log/$1.log
  [[ -s $log ]] || { warn "$log is empty"; return 0; }
  warn "the last lines of $log:"
  tail -n "${2:-8}" "$log" | sed 's/^/    /' >&2
}
