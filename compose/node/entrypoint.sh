#!/usr/bin/env bash
# One database node in a container. What it runs is chosen by GS_ENGINE (patroni, postgresql, opengauss): engines/*.sh, each of which has run,
# health, status and promote. The same variables mean the same on every engine:
#   NODE_NAME         this node's name, by which the others reach it (the host name)
#   GS_ROLE           primary or standby: which one to be at the very first start; later the data say it
#   GS_PRIMARY_HOST   where a standby finds the primary at its first start
#   GS_PEERS          all nodes, separated by commas
#   SECRETS           folder of the passwords, made by `gauss-node make-secrets` (/secrets)
# Commands: run, health, status, promote, make-secrets.
# shellcheck disable=SC2034  # what is set here is for the engines
set -euo pipefail

lib=/usr/local/lib/gauss-node
if [[ ! -d $lib ]]; then lib=${BASH_SOURCE[0]%/*}/engines; fi
secrets=${SECRETS:-/secrets}
node_name=${NODE_NAME:-$(hostname)}
role=${GS_ROLE:-primary}
peers=${GS_PEERS:-${GS_PRIMARY_HOST:-$node_name}}
app_role=${GS_APP_USER:-records} app_database=${GS_APP_DB:-records}

say() { printf '%s: %s\n' "$node_name" "$*" >&2; }
die() { say "$*"; exit 2; }
secret() { cat "$secrets/$1.password"; }

# One random password a role, made once; the application's also where only the application looks. Each has upper and lower case, digits and a
# sign, as openGauss demands.
make_secrets() {
  local each
  umask 277
  for each in superuser replicator patroni app; do
    [[ -s $secrets/$each.password ]] || printf 'Rg1#%s' "$(od -An -v -N20 -tx1 /dev/urandom | tr -d ' \n')" >"$secrets/$each.password"
  done
  if [[ -d ${APP_SECRET:-/app-secret} && ! -s ${APP_SECRET:-/app-secret}/app.password ]]; then
    umask 222
    secret app >"${APP_SECRET:-/app-secret}/app.password"
  fi
  say "the passwords are there"
}

case ${GS_ENGINE:-} in
  patroni | postgresql | opengauss) ;;
  *) die "GS_ENGINE: expected patroni, postgresql or opengauss, got \"${GS_ENGINE:-}\"" ;;
esac
case $role in
  primary | standby) ;;
  *) die "GS_ROLE: expected primary or standby, got \"$role\"" ;;
esac
if [[ $role == standby && -z ${GS_PRIMARY_HOST:-} && $GS_ENGINE != patroni ]]; then die "GS_PRIMARY_HOST: a standby needs to know where the primary is"; fi

# shellcheck source=/dev/null
source "$lib/$GS_ENGINE.sh"

case ${1:-run} in
  run) run ;;
  health) health ;;
  status) status ;;
  promote) promote ;;
  make-secrets) make_secrets ;;
  post-bootstrap) create_application "$2" ;;
  *) die "unknown command \"$1\"" ;;
esac
