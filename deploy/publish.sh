#!/usr/bin/env bash
# Builds every image, tags it, pushes it to a registry and prints its digest. deploy/publish.sh REGISTRY TAG [options]
set -euo pipefail

checkout=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd -P)

usage() {
  cat <<'HELP'
usage: deploy/publish.sh REGISTRY TAG [options]

Builds records-service, analytics-service, gateway, frontend, node, etcd (and flink with --flink) as REGISTRY/NAME:TAG, pushes them, and prints
one line each: REGISTRY/NAME@sha256:…   Sign in first (docker login).

  --base IMAGE   Debian 12 to build on (default: debian:bookworm-slim)
  --flink        also the Flink image
  --ca FILE      certificates to trust while building, behind a proxy with an authority of its own
  --no-push      builds and tags only
  --allow-dirty  also from a checkout with changes that are not committed; the revision is then marked so
  --digests FILE writes the lines there too

Example: deploy/publish.sh ghcr.io/records 1.2.3
HELP
}

die() { printf 'publish.sh: %s\n' "$*" >&2; exit 2; }

registry='' tag='' base=debian:bookworm-slim flink=0 push=1 dirty=0 digests='' ca=''
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --base) base=${2:?--base needs an image}; shift ;;
    --digests) digests=${2:?--digests needs a file}; shift ;;
    --ca) ca=${2:?--ca needs a file}; shift ;;
    --flink) flink=1 ;;
    --no-push) push=0 ;;
    --allow-dirty) dirty=1 ;;
    -*) die "unknown option \"$1\" (see --help)" ;;
    *) if [[ -z $registry ]]; then registry=$1; elif [[ -z $tag ]]; then tag=$1; else die "too many arguments (see --help)"; fi ;;
  esac
  shift
done
[[ -n $registry && -n $tag ]] || { usage >&2; exit 2; }
[[ $registry =~ ^[a-z0-9]([a-z0-9._:/-]*[a-z0-9])?$ ]] || die "REGISTRY: expected host[:port][/path] in small letters, got \"$registry\""
[[ $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || die "TAG: expected letters, digits, dots, dashes, got \"$tag\""

cd "$checkout"
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
if [[ -n $(git status --porcelain 2>/dev/null) ]]; then
  ((dirty)) || die "the checkout has changes that are not committed (--allow-dirty publishes them all the same)"
  revision+=-dirty
fi
# The commit's time, so that the same commit gives the same labels.
created=$(git log -1 --format=%cI 2>/dev/null || date -u +%FT%TZ)

names=(records-service analytics-service gateway frontend node etcd)
if ((flink)); then names+=(flink); fi
for name in "${names[@]}"; do
  printf 'publish.sh: building %s\n' "$name" >&2
  DOCKER_BUILDKIT=1 docker build -q -f compose/Dockerfile --target "$name" -t "$registry/$name:$tag" --build-arg "BASE=$base" \
    --build-arg "VERSION=$tag" --build-arg "REVISION=$revision" --build-arg "CREATED=$created" ${ca:+--secret "id=ca,src=$ca"} . >/dev/null
done

# The registry's own answer to the push: what was really stored there.
digest_of() {
  local said
  said=$(docker push "$registry/$1:$tag") || return 1
  sed -n "s/^$tag: digest: \(sha256:[0-9a-f]\{64\}\) size: .*/\1/p" <<<"$said"
}

lines=()
for name in "${names[@]}"; do
  if ((push)); then
    printf 'publish.sh: pushing %s\n' "$name" >&2
    digest=$(digest_of "$name") || die "$registry/$name:$tag could not be pushed"
    [[ -n $digest ]] || die "$registry/$name:$tag: the registry named no digest"
    lines+=("$registry/$name@$digest")
  else
    lines+=("$registry/$name:$tag")
  fi
done
printf '%s\n' "${lines[@]}"
if [[ -n $digests ]]; then printf '%s\n' "${lines[@]}" >"$digests"; fi
