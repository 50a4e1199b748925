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

install_helm() { GOBIN=$tools/bin go install "helm.sh/helm/v3/cmd/helm@$(<"$here/chart/helm.version")"; }

install_kubectl_validate() { GOBIN=$tools/bin go install "sigs.k8s.io/kubectl-validate@$(<"$here/chart/kubectl-validate.version")"; }

# Debian has compose 1.29 alone; with compose 2 many people will start the files.
install_compose() {
  local version
  version=$(<"$here/compose/compose.version")
  GOBIN=$tools/bin go install -ldflags "-X github.com/docker/compose/v2/internal.Version=$version" "github.com/docker/compose/v2/cmd@$version" &&
    mv "$tools/bin/cmd" "$tools/bin/docker-compose-2"
}

# The schemas of kinds that are not Kubernetes' own, from the modules that define them: one line a module, then its files.
install_crds() {
  local module files file folder
  rm -rf "$tools/crds"
  mkdir -p "$tools/crds"
  while read -r module files; do
    folder=$(cd "$tools" && go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')
    for file in $files; do install -m 644 "$folder/$file" "$tools/crds/"; done
  done <"$here/chart/crds.versions"
}

# Nothing that a package brings is run while it is installed.
install_npm() { npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$1"; }

prepare_tools() {
  mkdir -p "$tools"
  once "$tools/python.stamp" "$here/http/requirements.txt" install_python
  once "$tools/grpcurl.stamp" "$here/grpc/grpcurl.version" install_grpcurl
  once "$tools/helm.stamp" "$here/chart/helm.version" install_helm
  once "$tools/kubectl-validate.stamp" "$here/chart/kubectl-validate.version" install_kubectl_validate
  once "$tools/compose.stamp" "$here/compose/compose.version" install_compose
  once "$tools/crds.stamp" "$here/chart/crds.versions" install_crds
  once "$here/browser/node_modules/.stamp" "$here/browser/package-lock.json" install_npm "$here/browser"
  once "$here/lint/node_modules/.stamp" "$here/lint/package-lock.json" install_npm "$here/lint"
}
