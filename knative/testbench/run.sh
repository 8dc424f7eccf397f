#!/usr/bin/env bash
# The shop on a real Kubernetes with Istio and Knative, from nothing to the contract's tests and away again.
# usage: run.sh [machine|build|images|up|install|accepted|test|down]...   (none: all, in this order)
set -euo pipefail
. "$(dirname "$0")/env.sh"

build() { # programs take half an hour the first time, and stay: of those that are there none is built again
  local what missing=()
  for what in $PROGRAMS; do
    [ -x "$bin/${what#*:}" ] || missing+=("${what%:*}")
  done
  [ ${#missing[@]} -eq 0 ] || "$here/build.sh" "${missing[@]}"
}
images() { # the cluster's own once, the project's each time
  local what missing=()
  for what in $OWN_IMAGES; do
    [ -f "$images/${what#*:}.tar" ] || missing+=("${what%:*}")
  done
  [ ${#missing[@]} -eq 0 ] || "$here/images.sh" "${missing[@]}"
  "$here/images.sh" functions
}
step() {
  local begin=$SECONDS
  case $1 in
    machine) "$here/up.sh" machine ;;
    build|images) "$1" ;;
    up) "$here/up.sh" kubernetes istio knative eventing crds ;;
    install|test|down) "$here/$1.sh" ;;
    accepted) in_cluster "$PROJECT_PYTHON" -m knative.testbench.accepted ;;
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
