#!/usr/bin/env bash
# Installs Debian packages in an image that is being built, and leaves no lists, caches or logs behind. install.sh PACKAGE...
set -euo pipefail

# Java's package wants a folder that slim images lack.
mkdir -p /usr/share/man/man1
apt-get update -q
DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/*
