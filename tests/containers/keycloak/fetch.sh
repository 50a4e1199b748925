#!/usr/bin/env bash
# Unpacks the Keycloak of pom.xml, unless it is there already, and prints its folder, from which the image is built. It is kept in RECORDS_TOOLS
# (default: .cache in the checkout), so that it is downloaded once.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=../../../deploy/local/lib/maven.sh
source "$here/../../../deploy/local/lib/maven.sh"
distribution=${RECORDS_TOOLS:-$(cd "$here/../../.." && pwd -P)/.cache}/keycloak/dist
maven_fetch "$here/pom.xml" "$distribution" "Keycloak (147 MB)" dependency:unpack keycloak.folder
echo "$distribution"
