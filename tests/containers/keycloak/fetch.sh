#!/usr/bin/env bash
# Unpacks the Keycloak of pom.xml, unless it is there already, and prints its folder, from which the image is built. It is kept in RECORDS_TOOLS
# (default: .cache in the checkout), so that it is downloaded once.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
tools=${RECORDS_TOOLS:-$(cd "$here/../../.." && pwd -P)/.cache}
folder=$tools/keycloak

mkdir -p "$folder"
exec 8>"$folder/fetch.lock"
flock 8
if ! cmp -s "$here/pom.xml" "$folder/dist/pom.xml"; then
  command -v mvn >/dev/null || { echo "fetch.sh: mvn is missing: run deploy/local/packages.sh flink" >&2; exit 2; }
  echo "Fetching Keycloak (147 MB, once) ..." >&2
  rm -rf "$folder/dist.new"
  mvn -q -B -f "$here/pom.xml" -Dkeycloak.folder="$folder/dist.new" dependency:unpack >&2 ||
    { echo "fetch.sh: Keycloak could not be fetched from Maven Central" >&2; exit 1; }
  cp "$here/pom.xml" "$folder/dist.new/pom.xml"
  rm -rf "${folder:?}/dist"
  mv "$folder/dist.new" "$folder/dist"
fi
echo "$folder/dist"
