#!/usr/bin/env bash
# One etcd, for Patroni. By its v2 interface, as deploy/local does it: Patroni 3.0 then changes the leader key only while it is its own.
set -euo pipefail
exec etcd --enable-v2 --name records --data-dir /var/lib/etcd/data --logger zap --log-level warn \
  --listen-client-urls http://0.0.0.0:2379 --advertise-client-urls "http://${HOSTNAME:-etcd}:2379" \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster records=http://127.0.0.1:2380 \
  --auto-compaction-mode periodic --auto-compaction-retention 1h
