# What the tests need beside Debian packages, in pinned versions, kept in `tools` and in the tests' node_modules. Sourced by run.sh, which has
# `attended`, after common.sh.
# shellcheck shell=bash disable=SC2154
set -euo pipefail

# once STAMP SOURCE COMMAND...: runs COMMAND unless it has been run with this very SOURCE.
once() {
  if cmp -s "$1" "$2"; then return 0; fi
  say "Preparing the tools of ${2#"$checkout/"} ..."
  attended "${@:3}" || die "the tools of ${2#"$checkout/"} could not be prepared"
  cp "$2" "$1"
}

install_python() {
  rm -rf "$tools/python"
  /usr/bin/python3 -m venv "$tools/python" &&
    "$tools/python/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/http/requirements.txt"
}

install_grpcurl() { GOBIN=$tools/bin go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@$(<"$here/grpc/grpcurl.version")"; }

# Nothing that a package brings is run while it is installed.
install_npm() { npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$1"; }

prepare_tools() {
  mkdir -p "$tools"
  once "$tools/python.stamp" "$here/http/requirements.txt" install_python
  once "$tools/grpcurl.stamp" "$here/grpc/grpcurl.version" install_grpcurl
  once "$here/browser/node_modules/.stamp" "$here/browser/package-lock.json" install_npm "$here/browser"
  once "$here/lint/node_modules/.stamp" "$here/lint/package-lock.json" install_npm "$here/lint"
}
