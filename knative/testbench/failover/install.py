"""The chart's state alone, in a namespace of the test bench: Secrets, volumes that are folders of the node, members.

in.sh python -m knative.testbench.failover.install --namespace ha --mode patroni
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from knative.operations import secrets as shop_secrets

PROJECT = Path(__file__).parents[3]
VALUES = Path(__file__).with_name("values.yaml")
DATABASES = (
    "catalog",
    "identity",
    "carts",
    "orders",
    "payments",
    "analytics",
    "retention",
    "owner",
    "superuser",
    "replication",
)
URLS = {
    "patroni": "postgresql://{user}:{password}@shop-postgres:5432/shop",
    "cloudnativepg": "postgresql://{user}:{password}@shop-db-rw:5432/shop?sslmode=require",
}
REDIS_URL = (
    "redis+sentinel://:{password}@" + ",".join(f"shop-valkey-{i}.shop-valkey:26379" for i in range(3)) + "/mymaster/0"
)
USERS = {"patroni": 65532, "cloudnativepg": 26}
VOLUMES = 3


def apply(*documents: object, text: str = "") -> None:
    given = text or json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    subprocess.run(["kubectl", "apply", "-f", "-"], input=given, text=True, check=True)  # noqa: S607


def volume(namespace: str, mode: str, index: int, state: Path) -> dict[str, object]:
    folder = state / "volumes" / f"{namespace}-{mode}-{index}"
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, USERS[mode], USERS[mode])
    folder.chmod(0o700)
    return {
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": f"{namespace}-{mode}-{index}"},
        "spec": {
            "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "storageClassName": "local-static",
            "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": str(folder)},
        },
    }  # fmt: skip


def prepare(namespace: str, mode: str, state: Path) -> None:
    """Have it all there. Again: Secrets and volumes stay, the objects become what the chart says now."""
    apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    list_secrets = ["kubectl", "-n", namespace, "get", "secrets", "-o", "name"]
    there = subprocess.run(list_secrets, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603
    made = {
        f"database-{name}": shop_secrets.database_secret(f"database-{name}", URLS[mode], os.urandom(24).hex())
        for name in DATABASES
    }
    made["shop-redis"] = shop_secrets.redis_secret(REDIS_URL, os.urandom(24).hex())
    missing = [shop_secrets.manifest(name, data) for name, data in made.items() if f"secret/{name}\n" not in there]
    for document in missing:
        document["metadata"]["namespace"] = namespace  # type: ignore[index]
    apply(
        {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "local-static"},
         "provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "Immediate"},
        *missing,
        *(volume(namespace, mode, index, state) for index in range(VOLUMES)),
    )  # fmt: skip
    chart = str(PROJECT / "knative" / "chart")
    command = ["helm", "template", "shop", chart, "-f", str(VALUES), "--set", f"namespace.name={namespace}"]
    command += ["--set", f"state.postgres.mode={mode}"]
    for file in (mode, "valkey"):
        command += ["--show-only", f"templates/state/{file}.yaml"]
    rendered = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)  # noqa: S603
    apply(text=rendered.stdout)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m knative.testbench.failover.install")
    parser.add_argument("--namespace", default="ha")
    parser.add_argument("--mode", choices=sorted(URLS), required=True)
    given = parser.parse_args(arguments)
    prepare(given.namespace, given.mode, Path(os.environ["CLUSTER_STATE"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
