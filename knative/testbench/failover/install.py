"""The chart's state alone, in a namespace of its own: Secrets by the chart's Job, volumes that are folders, members.

in.sh python -m knative.testbench.failover.install --mode patroni
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from knative.testbench.kubectl import apply, kubectl, namespace

BENCH = Path(__file__).parents[1]
CHART = BENCH.parent / "chart"
USERS = {"patroni": 65532, "cloudnativepg": 26}  # by mode, who runs Postgres in its image
MEMBERS = 3
CLASS = {
    "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local-static"},
    "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "Immediate",
}  # fmt: skip


def namespace_of(mode: str) -> str:
    """Passwords and addresses are of one mode, so each has its namespace."""
    return f"ha-{mode}"


def volume(mode: str, index: int, state: Path) -> Mapping[str, object]:
    """A folder of the node that a member's data go to."""
    name = f"{namespace_of(mode)}-{index}"
    folder = state / "volumes" / name
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, USERS[mode], USERS[mode])
    folder.chmod(0o700)
    return {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "local-static",
            "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": str(folder)},
        },
    }  # fmt: skip


def prepare(mode: str, state: Path) -> None:
    """Have it all there. Again: Secrets and volumes stay, the objects become what the chart says now."""
    where = namespace_of(mode)
    apply(namespace(where), CLASS, *(volume(mode, index, state) for index in range(MEMBERS)))
    command = ["helm", "template", "shop", str(CHART)]
    for values in (BENCH / "values.yaml", Path(__file__).with_name("values.yaml")):
        command += ["-f", str(values)]
    command += ["--set", f"namespace.name={where}", "--set", f"state.postgres.mode={mode}"]
    for template in ("secrets", f"state/{mode}", "state/valkey"):
        command += ["--show-only", f"templates/{template}.yaml"]
    rendered = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)  # noqa: S603
    kubectl("apply", "-f", "-", given=rendered.stdout)
    made = ("-l", "app.kubernetes.io/component=secrets", "--for=condition=complete", "--timeout=180s")
    kubectl("-n", where, "wait", "job", *made)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m knative.testbench.failover.install")
    parser.add_argument("--mode", choices=sorted(USERS), required=True)
    prepare(parser.parse_args(arguments).mode, Path(os.environ["CLUSTER_STATE"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
