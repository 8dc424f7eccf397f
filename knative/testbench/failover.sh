#!/usr/bin/env bash
# Kills primaries of Postgres and Valkey on the test bench, under load, and writes the figures into docs/measurements.
# usage: failover.sh patroni|cloudnativepg [OPTION OF failover.bench]...
# Before: images.sh patroni valkey, or images.sh postgresql cloudnative-pg valkey and the operator; then up.sh kubernetes.
set -euo pipefail
. "$(dirname "$0")/env.sh"
mode=$1
shift
cd "$here/../.."
python=.venv/bin/python
in_cluster "$python" -m knative.testbench.failover.install --mode "$mode"
# Names are resolved as in a pod of the namespace.
printf 'nameserver %s\nsearch ha.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n' "$DNS_IP" >"$run/failover-resolv.conf"
# shellcheck disable=SC2016 # the words are for the inner shell
in_cluster unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$run/failover-resolv.conf" \
  "$python" -m knative.testbench.failover.bench --mode "$mode" --report "docs/measurements/$(date +%F)-failover.md" "$@"
