#!/usr/bin/env bash
# Installs the shop from the chart on the cluster, with a Postgres and a Valkey, and waits until each function is ready.
# usage: install.sh [HELM_OPTION]...   (for example --set eventing.mode=cronjob)
set -euo pipefail
. "$(dirname "$0")/env.sh"

# As the shop wants Knative settled: functions may begin at zero, and a Service's host is NAME.shop.localhost, as here.
k patch configmap config-autoscaler -n knative-serving --type merge \
  -p '{"data":{"allow-zero-initial-scale":"true","initial-scale":"0"}}' >/dev/null
k patch configmap config-domain -n knative-serving --type merge -p '{"data":{"localhost":"","example.com":null}}' >/dev/null

cd "$project"
in_cluster python -m knative.testbench.shop_state "$REGISTRY" "$TAG"

# All functions at once ask for more than two cores have; what they ask for says here who goes first, as in the manifests.
small=()
for manifest in functions/*/service.yaml; do
  name=$(basename "$(dirname "$manifest")")
  small+=(--set "functions.byName.${name//_/-}.resources.requests.cpu=5m")
done
in_cluster helm upgrade --install shop "$project/knative/chart" -f "$here/values.yaml" "${small[@]}" "$@" --timeout 5m
k -n shop wait ksvc --all --for=condition=Ready --timeout=300s
