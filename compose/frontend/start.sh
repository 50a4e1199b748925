#!/usr/bin/env bash
# Makes nginx's configuration from its template and becomes nginx. Settings: BACKEND, the gateway's URL; LISTEN, a port; RESOLVER, the name
# servers (those of the container); LIMIT, the largest body. `start probe` is the health check: nginx answers by itself.
set -euo pipefail

if [[ ${1:-} == probe ]]; then
  exec 3<>"/dev/tcp/127.0.0.1/${LISTEN:-8080}"
  printf 'GET /nginx-health HTTP/1.0\r\n\r\n' >&3
  read -r -t 3 line <&3
  [[ $line == *' 204 '* ]]
  exit
fi

[[ $BACKEND =~ ^https?://[^/]+$ ]] || { printf 'frontend: BACKEND: expected http://host:port, got "%s"\n' "$BACKEND" >&2; exit 2; }
[[ $LISTEN =~ ^[0-9]+$ ]] || { printf 'frontend: LISTEN: expected a port, got "%s"\n' "$LISTEN" >&2; exit 2; }
if [[ -z ${RESOLVER:-} ]]; then
  RESOLVER=$(awk '$1 == "nameserver" {print ($2 ~ /:/ ? "[" $2 "]" : $2)}' ORS=' ' /etc/resolv.conf)
fi
export BACKEND LISTEN RESOLVER=${RESOLVER:-127.0.0.1} LIMIT=${LIMIT:-1g}

folder=/tmp/nginx
mkdir -p "$folder"
# shellcheck disable=SC2016  # only these four: everything else with a $ is nginx's own
envsubst '$BACKEND $LISTEN $RESOLVER $LIMIT' </etc/nginx/templates/nginx.conf.template >"$folder/nginx.conf"
nginx -q -t -c "$folder/nginx.conf"
exec nginx -c "$folder/nginx.conf"
