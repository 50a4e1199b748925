#!/usr/bin/env bash
# One openGauss primary and its standbys by hand, step by step: README.md here is the guide. Every step may be repeated; --dry-run shows what each
# would do.
set -euo pipefail

here=$(cd "${BASH_SOURCE[0]%/*}" && pwd -P)
# shellcheck source=lib/settings.sh
source "$here/lib/settings.sh"
# shellcheck source=lib/verify.sh
source "$here/lib/verify.sh"
# shellcheck source=lib/prepare.sh
source "$here/lib/prepare.sh"
# shellcheck source=lib/nodes.sh
source "$here/lib/nodes.sh"

usage() {
  cat <<'HELP'
usage: deploy/opengauss/gauss.sh STEP [options]

Steps, in their order:
  dependencies   the packages that building needs (root)
  user           system user, folders, limits (root)
  source-build   the server from its sources and third-party binaries
  init           gs_initdb of every node
  configure      replconninfo, addresses, md5, pg_hba.conf of every node
  start          gs_ctl start: the primary, and the standbys that are built
  build          gs_ctl build -b full: the standbys, copied from the primary
  application    user and database of the records, on the primary
  verify         says YES or NO: one Normal primary, all standbys Normal
  all            init, configure, start, build, application, verify
  stop           gs_ctl stop, the standbys first

  --config FILE     settings (default: cluster.conf beside this script; cluster.conf.example explains them)
  --node NAME       only this one, for a cluster on several machines
  --primary NAME    which one is the primary (default: the first; after a failover another)
  --rebuild         build also what is built already
  --by gs_ctl|gs_om what verify asks (default: gs_om where it is installed)
  --dry-run         shows the commands and files, changes nothing
HELP
}

config=$here/cluster.conf node_option='' primary_option='' source_option='' rebuild=0 step=''
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --dry-run) dry_run=1 ;;
    --rebuild) rebuild=1 ;;
    --config | --node | --primary | --by)
      [[ -n ${2:-} ]] || die "$1 needs a value"
      case $1 in
        --config) config=$2 ;;
        --node) node_option=$2 ;;
        --primary) primary_option=$2 ;;
        --by) source_option=$2 ;;
      esac
      shift ;;
    -*) die "unknown option \"$1\" (see --help)" ;;
    *) [[ -z $step ]] || die "one step at a time"; step=$1 ;;
  esac
  shift
done
[[ -n $step ]] || { usage >&2; exit 2; }
case $source_option in '' | gs_ctl | gs_om) ;; *) die "--by: expected gs_ctl or gs_om, got \"$source_option\"" ;; esac

read_settings "$config"
if [[ -n $node_option ]]; then index_of "$node_option"; fi
primary_index=0
if [[ -n $primary_option ]]; then
  index_of "$primary_option"
  # shellcheck disable=SC2034  # used by lib/nodes.sh
  primary_index=$node
fi
case $step in
  dependencies | user | init | configure | start | build | application | verify | stop) "$step" ;;
  source-build) source_build ;;
  all)
    for each in init configure start build application; do
      say "== $each"
      "$each"
    done
    if ((dry_run)); then exit 0; fi
    say "== verify"
    verify ;;
  *) die "unknown step \"$step\" (see --help)" ;;
esac
