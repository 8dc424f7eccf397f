"""Gives the shop a Postgres and a Valkey on the bench, as whoever runs a database would: roles, passwords, Secrets.

What the chart calls `external`: it finds them there. Again: what is there stays. For a process in the cluster's network
namespace, with `kubectl`.

    in.sh python -m knative.testbench.shop_state REGISTRY TAG
"""

import secrets
import sys
from pathlib import Path

from knative.local.data import roles
from knative.local.parts import postgres
from knative.testbench.kubectl import apply, kubectl, namespace, secret

MANIFEST = Path(__file__).with_name("manifests") / "state.yaml"
SHOP, STATE = "shop", "shop-state"
HOST = f"postgres.{STATE}.svc.cluster.local"
READY_WITHIN = "--timeout=180s"


def prepare(registry: str, tag: str) -> None:
    """Have both servers, every role of the shop with its password, and the Secrets that functions name."""
    apply(namespace(SHOP), namespace(STATE))
    administrator = _kept(STATE, "postgres", "password", secrets.token_urlsafe(32))
    manifest = MANIFEST.read_text(encoding="utf-8").replace("REGISTRY", registry).replace("TAG", tag)
    kubectl("apply", "-f", "-", given=manifest)
    kubectl("-n", STATE, "rollout", "status", "deploy/postgres", READY_WITHIN)
    kubectl("-n", STATE, "rollout", "status", "deploy/valkey", READY_WITHIN)
    names = {"database-owner": postgres.OWNER} | {f"database-{domain}": role for domain, role in postgres.ROLES.items()}
    passwords = {}
    for name, role in names.items():
        fresh = f"postgresql://{role}:{secrets.token_urlsafe(32)}@{HOST}:5432/{postgres.DATABASE}"
        passwords[role] = _kept(SHOP, name, "url", fresh).split("@")[0].rpartition(":")[2]
    roles.give_passwords(f"postgresql://postgres:{administrator}@{_address()}:5432/postgres", passwords)


def owner_url() -> str:
    """The database's owner, for a process that knows no names of the cluster."""
    return secret(SHOP, "database-owner")["url"].replace(HOST, _address())


def _address() -> str:
    return kubectl("-n", STATE, "get", "service", "postgres", "-o", "jsonpath={.spec.clusterIP}")


def _kept(where: str, name: str, key: str, fresh: str) -> str:
    """The value of a Secret's key; a Secret that is not there is made with a fresh one."""
    if found := secret(where, name):
        return found[key]
    metadata = {"name": name, "namespace": where}
    apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: fresh}})
    return fresh


if __name__ == "__main__":
    prepare(*sys.argv[1:3])
