#!/usr/bin/env bash
# Kills primaries of Postgres and Valkey on the test bench, under load, and writes the figures into docs/measurements.
# usage: failover.sh patroni|cloudnativepg [OPTION OF failover.bench]...   (after up.sh and images.sh functions)
set -euo pipefail
. "$(dirname "$0")/env.sh"
mode=${1:-}
case $mode in
  patroni) pack_missing patroni:zerocart-patroni ;;
  cloudnativepg)
    build_missing cloudnative-pg:manager
    pack_missing cloudnative-pg:cloudnative-pg postgresql:postgresql ;;
  *) sed -n 's/^# usage: /usage: /p' "$0" >&2; exit 2 ;;
esac
pack_missing valkey:zerocart-valkey-sentinel
shift
"$here/up.sh" kubernetes
[ "$mode" != cloudnativepg ] || "$here/up.sh" cloudnativepg
cd "$project"
in_cluster python -m knative.testbench.failover.install --mode "$mode"
# Names are resolved as in a pod of the namespace.
printf 'nameserver %s\nsearch ha-%s.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n' "$DNS_IP" "$mode" >"$run/failover-resolv.conf"
# shellcheck disable=SC2016 # the words are for the inner shell
in_cluster unshare --mount --propagation private sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$run/failover-resolv.conf" \
  python -m knative.testbench.failover.bench --mode "$mode" --report "docs/measurements/$(date +%F)-failover-$mode.md" "$@"
