#!/usr/bin/env bash
# Runs the contract's tests against the shop on the cluster, from inside its network namespace.
# usage: test.sh [PYTEST_OPTION]...
set -euo pipefail
. "$(dirname "$0")/env.sh"
export ZEROCART_URL=http://127.0.0.1:31080
export ZEROCART_ADMIN="python -m knative.testbench.admin"
cd "$project"
in_cluster python -m pytest -q -p no:cacheprovider tests/contract "$@"
