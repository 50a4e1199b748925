#!/usr/bin/env bash
# Stands in for gs_initdb, gs_ctl, gs_om, gsql and the packagers, under whose names it is linked: notes how it was called in $CALLS and answers as
# the files in $STATE say. It is no openGauss. STATE/NODE.query is what gs_ctl query says of the data folder NODE; none: it does not run.
set -euo pipefail

name=${0##*/}
printf '%s %s\n' "$name" "$*" >>"$CALLS"

folder=''
for ((i = 1; i < $#; i++)); do
  if [[ ${!i} == -D ]]; then next=$((i + 1)); folder=${!next}; fi
done
node=${folder##*/}

case "$name ${1:-}" in
  'gs_ctl query')
    if [[ -e $STATE/$node.query ]]; then cat "$STATE/$node.query"; else echo "no server running" >&2; exit 1; fi ;;
  'gs_ctl start') cp "$ANSWERS/primary-alone.query" "$STATE/$node.query"; [[ $* == *primary* ]] || cp "$ANSWERS/standby.query" "$STATE/$node.query" ;;
  'gs_ctl build')
    cp "$ANSWERS/standby.query" "$STATE/$node.query"
    cp "$ANSWERS/primary.query" "$STATE/node1.query" ;;
  'gs_ctl stop') rm -f "$STATE/$node.query" ;;
  'gs_om -t') cat "$STATE/om" ;;
  'gs_initdb -D') printf 'port = 5432\n' >"$folder/postgresql.conf"; printf 'local all all trust\n' >"$folder/pg_hba.conf" ;;
  gsql*) if [[ $* == *'SELECT 1'* && -e $STATE/database ]]; then echo 1; elif [[ $* == *'CREATE DATABASE'* ]]; then touch "$STATE/database"; fi ;;
  'rpm -q') [[ " ${INSTALLED:-} " == *" $2 "* ]] ;;
esac
