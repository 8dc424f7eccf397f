#!/usr/bin/env bash
# Runs the contract's tests against the shop on the cluster, from inside its network namespace.
# usage: test.sh [PYTEST_OPTION]...
set -euo pipefail
. "$(dirname "$0")/env.sh"
export ZEROCART_URL=http://127.0.0.1:31080
export ZEROCART_ADMIN="$PROJECT_PYTHON -m knative.testbench.admin"
cd "$project"
in_cluster "$PROJECT_PYTHON" -m pytest -q -p no:cacheprovider tests/contract "$@"
