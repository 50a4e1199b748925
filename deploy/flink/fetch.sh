#!/usr/bin/env bash
# Assembles the Flink distribution of pom.xml, unless it is there already, and prints the folder of its jars. Called by flink.sh and by the tests;
# by hand: deploy/flink/fetch.sh. It is kept in RECORDS_TOOLS (default: .cache in the checkout), so that it is downloaded once.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=../local/lib/maven.sh
source "$here/../local/lib/maven.sh"
lib=${RECORDS_TOOLS:-$(cd "$here/../.." && pwd -P)/.cache}/flink/lib
maven_fetch "$here/pom.xml" "$lib" "Flink (145 MB)" dependency:copy-dependencies flink.lib
echo "$lib"
