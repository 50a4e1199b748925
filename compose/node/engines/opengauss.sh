# openGauss on its own container image: the image's entrypoint does the work (it makes the database at the first start, and a standby's first
# start is a full build, gs_ctl build -b full); it reads neither GS_ROLE nor GS_PRIMARY_HOST, so both are said here in its own words. The
# primary keeps `password_encryption_type = 0` from the image, which is what libpq clients need (deploy/opengauss/README.md).
# shellcheck shell=bash disable=SC2154
set -euo pipefail

port=${GS_PORT:-5432}
image_entrypoint=${GS_IMAGE_ENTRYPOINT:-entrypoint.sh}
gauss_data=${PGDATA:-/var/lib/opengauss/data}

# openGauss wants addresses. Names are waited for: the others may still be starting.
address_of() {
  local address
  for _ in {1..60}; do
    address=$(getent hosts "$1" | awk '{print $1; exit}')
    if [[ -n $address ]]; then
      printf '%s\n' "$address"
      return 0
    fi
    sleep 1
  done
  die "GS_PEERS: no address for \"$1\""
}

# One line for each other node: its ports are the database's port +1 (log), +4 (service) and +5 (heartbeat).
replconninfo() {
  local own peer number=0 other
  own=$(address_of "$node_name")
  for peer in ${peers//,/ }; do
    [[ $peer != "$node_name" ]] || continue
    other=$(address_of "$peer")
    number=$((number + 1))
    printf "replconninfo%d = 'localhost=%s localport=%d localservice=%d localheartbeatport=%d remotehost=%s remoteport=%d remoteservice=%d remoteheartbeatport=%d'\n" \
      "$number" "$own" $((port + 1)) $((port + 4)) $((port + 5)) "$other" $((port + 1)) $((port + 4)) $((port + 5))
  done
}

run() {
  local conninfo
  # In a statement of its own, so that a missing address ends the start.
  conninfo=$(replconninfo)
  export REPL_CONN_INFO=$conninfo NODE_NAME=$node_name GS_NODENAME=${GS_NODENAME:-${node_name//-/_}}
  GS_PASSWORD=$(secret superuser)
  GS_USER_PASSWORD=$(secret app)
  # The database itself is made by opengauss-init.sh: the image would make it in a mode where '' is NULL.
  export GS_PASSWORD GS_USER_PASSWORD GS_USERNAME=$app_role GS_APP_USER=$app_role GS_APP_DB=$app_database GS_PORT=$port
  export SYNCHRONOUS_STANDBY_NAMES=${GS_SYNCHRONOUS_STANDBY_NAMES-*}
  exec "$image_entrypoint" -M "$role"
}

as_owner() { if ((EUID)); then "$@"; else gosu omm "$@"; fi; }

status() { as_owner gs_ctl query -D "$gauss_data"; }

health() { status | grep -Eq '^[[:space:]]*db_state[[:space:]]*:[[:space:]]*Normal'; }

promote() { as_owner gs_ctl failover -D "$gauss_data"; }
