#!/usr/bin/env bash
# Assembles the Flink distribution of pom.xml, unless it is there already, and prints the folder of its jars. Called by flink.sh and by the tests;
# by hand: deploy/flink/fetch.sh. It is kept in RECORDS_TOOLS (default: .cache in the checkout), so that it is downloaded once.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
tools=${RECORDS_TOOLS:-$(cd "$here/../.." && pwd -P)/.cache}
folder=$tools/flink

mkdir -p "$folder"
exec 8>"$folder/fetch.lock"
flock 8
if ! cmp -s "$here/pom.xml" "$folder/lib/pom.xml"; then
  command -v mvn >/dev/null || { echo "fetch.sh: mvn is missing: run deploy/local/packages.sh flink" >&2; exit 2; }
  echo "Fetching Flink (145 MB, once) ..." >&2
  rm -rf "$folder/lib.new"
  mvn -q -B -f "$here/pom.xml" -Dflink.lib="$folder/lib.new" dependency:copy-dependencies >&2 ||
    { echo "fetch.sh: Flink could not be fetched from Maven Central" >&2; exit 1; }
  cp "$here/pom.xml" "$folder/lib.new/pom.xml"
  rm -rf "${folder:?}/lib"
  mv "$folder/lib.new" "$folder/lib"
fi
echo "$folder/lib"
