#!/usr/bin/env bash
# The shop on a real Kubernetes with Istio and Knative, from nothing to the contract's tests and away again.
# usage: run.sh [machine|build|images|up|install|accepted|test|down]...   (none: all, in this order)
set -euo pipefail
. "$(dirname "$0")/env.sh"

step() {
  local begin=$SECONDS
  # shellcheck disable=SC2086 # lists
  case $1 in
    machine) "$here/up.sh" machine ;;
    build) build_missing $PROGRAMS ;; # half an hour the first time
    images) pack_missing $OWN_IMAGES && "$here/images.sh" functions ;; # the cluster's own once, the project's each time
    up) "$here/up.sh" kubernetes istio knative eventing crds ;;
    install|test|down) "$here/$1.sh" ;;
    accepted) in_cluster python -m knative.testbench.accepted ;;
    *) echo "unknown: $1" >&2; exit 2 ;;
  esac
  say "$1: $((SECONDS - begin)) s"
}

if [ "$(id -u)" != 0 ]; then
  echo 'error: the test bench needs root: it makes network namespaces, mounts and containers' >&2
  exit 1
fi
cd "$project"
if [ $# -gt 0 ]; then
  for what in "$@"; do step "$what"; done
else
  trap 'step down' EXIT # also of what a failed step has left
  for what in machine build images up install accepted test; do step "$what"; done
fi
