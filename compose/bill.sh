#!/usr/bin/env bash
# Writes an image's bill of materials (CycloneDX 1.5, JSON), from what dpkg says, to ROOT/usr/share/sbom/NAME.cdx.json.
# bill.sh ROOT NAME VERSION [PACKAGE...]   Without packages: every installed one.
set -euo pipefail

root=$1 name=$2 version=$3
shift 3
# shellcheck disable=SC2016  # dpkg-query's own words
purl='pkg:deb/debian/${Package}@${Version}?arch=${Architecture}&distro=debian-12'
# shellcheck disable=SC2016
form='{"type":"library","name":"${Package}","version":"${Version}","purl":"'$purl'"}\n'

mkdir -p "$root/usr/share/sbom"
exec >"$root/usr/share/sbom/$name.cdx.json"
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,\n'
printf '"metadata":{"component":{"type":"application","name":"%s","version":"%s"}},\n' "$name" "$version"
printf '"components":[\n'
dpkg-query -W -f="$form" "$@" | sort -u | sed '$!s/$/,/'
printf ']}\n'
