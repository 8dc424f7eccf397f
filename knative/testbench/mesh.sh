#!/usr/bin/env bash
# Takes the whole shop into the mesh, with mTLS that is STRICT, and asks functions as one and as another.
# usage: mesh.sh [HELM_OPTION]...   (after install.sh; then test.sh tests it through the gateway; install.sh takes it out)
set -euo pipefail
. "$(dirname "$0")/env.sh"

# Knative's activator and autoscaler need certificates, or functions refuse them (docs/isolation.md).
# Asked by their own addresses, pods are asked past the mesh; where that worked once, the activator goes on so.
k patch configmap config-network -n knative-serving --type merge -p '{"data":{"mesh-pod-addressability-mode":"disabled"}}' >/dev/null
k label namespace knative-serving istio-injection=enabled --overwrite >/dev/null
k -n knative-serving rollout restart deploy >/dev/null
for each in $(k -n knative-serving get deploy -o name); do k -n knative-serving rollout status "$each" --timeout=300s >/dev/null; done
# Those that are asked directly must be there.
there=()
for each in charge-payment get-product; do
  there+=(--set-string "functions.byName.$each.annotations.autoscaling\.knative\.dev/min-scale=1")
done
"$here/install.sh" --set isolation.mesh.enabled=true "${there[@]}" "$@"
cd "$project"
in_cluster python -m knative.testbench.mesh
