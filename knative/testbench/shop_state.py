"""Gives the shop a Postgres and a Valkey on the bench, as whoever runs a database would: roles, passwords, Secrets.

What the chart calls `external`: it finds them there. Again: what is there stays. For a process in the cluster's network
namespace, with `kubectl`.

    in.sh python -m knative.testbench.shop_state REGISTRY TAG
"""

import base64
import json
import secrets
import subprocess
import sys
from pathlib import Path

from knative.local.data import roles
from knative.local.parts import postgres

MANIFEST = Path(__file__).with_name("manifests") / "state.yaml"
SHOP, STATE = "shop", "shop-state"
HOST = f"postgres.{STATE}.svc.cluster.local"
READY_WITHIN = "--timeout=180s"


def prepare(registry: str, tag: str) -> None:
    """Have both servers, every role of the shop with its password, and the Secrets that functions name."""
    for namespace in (SHOP, STATE):
        _apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    administrator = _kept(STATE, "postgres", "password", secrets.token_urlsafe(32))
    manifest = MANIFEST.read_text(encoding="utf-8").replace("REGISTRY", registry).replace("TAG", tag)
    _kubectl("apply", "-f", "-", given=manifest)
    _kubectl("-n", STATE, "rollout", "status", "deploy/postgres", READY_WITHIN)
    _kubectl("-n", STATE, "rollout", "status", "deploy/valkey", READY_WITHIN)
    names = {"database-owner": postgres.OWNER} | {f"database-{domain}": role for domain, role in postgres.ROLES.items()}
    passwords = {}
    for name, role in names.items():
        fresh = f"postgresql://{role}:{secrets.token_urlsafe(32)}@{HOST}:5432/{postgres.DATABASE}"
        passwords[role] = _kept(SHOP, name, "url", fresh).split("@")[0].rpartition(":")[2]
    roles.give_passwords(f"postgresql://postgres:{administrator}@{_address()}:5432/postgres", passwords)


def owner_url() -> str:
    """The database's owner, for a process that knows no names of the cluster."""
    return _kept(SHOP, "database-owner", "url", "").replace(HOST, _address())


def _address() -> str:
    return _kubectl("-n", STATE, "get", "service", "postgres", "-o", "jsonpath={.spec.clusterIP}")


def _kept(namespace: str, name: str, key: str, fresh: str) -> str:
    """The value of a Secret's key; a Secret that is not there is made with a fresh one."""
    found = _kubectl("-n", namespace, "get", "secret", name, "--ignore-not-found", "-o", "json")
    if found:
        return base64.b64decode(json.loads(found)["data"][key]).decode()
    metadata = {"name": name, "namespace": namespace}
    _apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: fresh}})
    return fresh


def _apply(made: dict[str, object]) -> None:
    _kubectl("apply", "-f", "-", given=json.dumps(made))


def _kubectl(*words: str, given: str = "") -> str:
    command = ["kubectl", *words]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return done.stdout.strip()


if __name__ == "__main__":
    prepare(*sys.argv[1:3])
