#!/usr/bin/env bash
# The shop on a cluster of its own in Docker: k3d, Knative, Istio, CloudNativePG, the chart, and the contract suite.
# usage: cluster.sh [up|test|down] [--dry-run]   (none: up, then test)
# TAG and REGISTRY name images to pull (as CI does); without REGISTRY they are built here and imported.
set -euo pipefail

# Versions that belong together: net-istio's release names the Istio that it was tried with.
K3S=rancher/k3s:v1.34.9-k3s1
ISTIO=1.29.2
KNATIVE=knative-v1.22.0
CLOUDNATIVEPG=1.28.0
CLUSTER=zerocart
PORT=${ZEROCART_PORT:-8080}
TAG=${TAG:-k3d}
REGISTRY=${REGISTRY:-}

here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
context="k3d-$CLUSTER"
dry_run=
what=all

for word in "$@"; do
  case $word in
    up | test | down) what=$word ;;
    --dry-run) dry_run=1 ;;
    *) echo "error: '$word' is no word of cluster.sh" >&2; echo >&2; echo 'hint: up, test, down, --dry-run' >&2; exit 2 ;;
  esac
done

say() { printf '%s\n' "$*" >&2; }

run() { # run COMMAND...: or print it
  if [ -n "$dry_run" ]; then printf '%q ' "$@" && echo; else "$@"; fi
}

need() { # every program, and a Docker that answers
  local missing=()
  for program in docker k3d kubectl helm; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    refuse "${missing[*]} not found" "install them (k3d.io, helm.sh), or take the test bench, which needs no Docker: make testbench"
  fi
  docker info >/dev/null 2>&1 ||
    refuse 'Docker does not answer' 'start it, or take the test bench, which needs no Docker: make testbench'
}

refuse() { # refuse WHAT HINT
  say "error: make cluster cannot run here: $1"
  say
  say "hint: $2"
  exit 1
}

k() { run kubectl --context "$context" "$@"; }
chart() { run helm --kube-context "$context" upgrade --install --wait --timeout 10m "$@"; }
release() { # release PROJECT FILE...: apply files of a Knative release
  local from=https://github.com/$1/releases/download/$KNATIVE
  shift
  for file in "$@"; do k apply --server-side -f "$from/$file.yaml"; done
}

up() {
  if [ -n "$dry_run" ] || ! k3d cluster get "$CLUSTER" >/dev/null 2>&1; then
    # Istio's gateway takes the place of k3s's own Traefik.
    run k3d cluster create "$CLUSTER" --image "$K3S" --servers 1 --agents 1 --wait --timeout 5m \
      --port "127.0.0.1:$PORT:80@loadbalancer" --k3s-arg '--disable=traefik@server:*'
  fi

  local istio=(--repo https://istio-release.storage.googleapis.com/charts --version "$ISTIO" --namespace istio-system)
  chart istio-base base "${istio[@]}" --create-namespace
  chart istiod istiod "${istio[@]}"
  chart istio-ingressgateway gateway "${istio[@]}"

  release knative/serving serving-crds serving-core
  release knative-extensions/net-istio net-istio
  release knative/eventing eventing-crds eventing-core in-memory-channel mt-channel-broker
  # As the shop wants it: functions may begin at zero, and a Service's host is NAME.shop.localhost, as on one machine.
  k patch configmap config-autoscaler -n knative-serving --type merge \
    -p '{"data":{"allow-zero-initial-scale":"true","initial-scale":"0"}}'
  k patch configmap config-domain -n knative-serving --type merge -p '{"data":{"localhost":""}}'
  k apply --server-side -f "https://raw.githubusercontent.com/cloudnative-pg/cloudnative-pg/release-${CLOUDNATIVEPG%.*}/releases/cnpg-$CLOUDNATIVEPG.yaml"
  for namespace in knative-serving knative-eventing cnpg-system; do
    k wait deployment --all -n "$namespace" --for=condition=Available --timeout=10m
  done

  local images=(--set "images.tag=$TAG")
  if [ -n "$REGISTRY" ]; then
    images+=(--set "images.registry=$REGISTRY")
  else
    build
    images+=(--set images.pullPolicy=IfNotPresent)
  fi
  chart shop "$project/knative/chart" -f "$project/knative/environments/dev/values.yaml" "${images[@]}"
  k wait ksvc --all -n shop --for=condition=Ready --timeout=10m
}

build() { # every image, into the cluster's nodes
  local images=("dev.local/zerocart/operations:$TAG") folder name
  run docker build -q -f "$project/functions/Dockerfile" --target operations -t "${images[0]}" "$project"
  for manifest in "$project"/functions/*/service.yaml; do
    folder=$(basename "$(dirname "$manifest")")
    name=dev.local/zerocart/${folder//_/-}:$TAG
    run docker build -q -f "$project/functions/Dockerfile" --build-arg "FUNCTION=$folder" -t "$name" "$project"
    images+=("$name")
  done
  run k3d image import --cluster "$CLUSTER" "${images[@]}"
}

contract() { # nobody becomes an admin through the front door: the tests that need one are skipped
  run env ZEROCART_URL="http://localhost:$PORT" "$project/.venv/bin/pytest" -q "$project/tests/contract"
}

[ -n "$dry_run" ] || need
case $what in
  up) up ;;
  test) contract ;;
  down) run k3d cluster delete "$CLUSTER" ;;
  all) up && contract ;;
esac
