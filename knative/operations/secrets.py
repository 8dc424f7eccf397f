"""Makes the Secrets that functions name and that are not there: passwords, addresses, keys. What is there stays.

`python -m knative.operations.secrets NAME…`. Of a pair of keys the private one is made first, and the public one is
derived from it; so whoever ends this in between has lost nothing.
"""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote

from knative.operations.kubernetes_api import KubernetesApi
from shared.errors import StartError

OWNER = "shop"
DATABASE = "database-"
REDIS = "shop-redis"
TOKEN_KEYS = ("token-signing-keys", "token-public-keys")
PAYMENT_KEYS = ("payment-private-key", "payment-public-key")


class Api(Protocol):
    """What this needs of `KubernetesApi`."""

    def secret(self, namespace: str, name: str) -> dict[str, str] | None: ...
    def make_secret(self, namespace: str, body: Mapping[str, object]) -> bool: ...


def role(secret: str) -> str:
    """The role that logs in with a Secret: `shop_orders` of `database-orders`, and the owner of `database-owner`."""
    domain = secret.removeprefix(DATABASE)
    return OWNER if domain == "owner" else f"{OWNER}_{domain.replace('-', '_')}"


def database_secret(name: str, url_template: str, password: str) -> dict[str, str]:
    """What a function reads (`url`), and what who makes the role reads (`username`, `password`)."""
    user = role(name)
    url = url_template.replace("{user}", user).replace("{password}", quote(password, safe=""))
    return {"url": url, "username": user, "password": password}


def redis_secret(url_template: str, password: str) -> dict[str, str]:
    return {"url": url_template.replace("{password}", quote(password, safe="")), "password": password}


def manifest(name: str, data: Mapping[str, str]) -> dict[str, object]:
    """The Secret as it is sent."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            # An operator that watches it (CloudNativePG) takes a changed password over.
            "labels": {"app.kubernetes.io/part-of": "zerocart", "cnpg.io/reload": "true"},
        },
        "type": "kubernetes.io/basic-auth" if "username" in data else "Opaque",
        "stringData": dict(data),
    }


def prepare(
    api: Api, namespace: str, names: Sequence[str], *, database_url: str, redis_url: str, now: datetime
) -> list[str]:
    """Make what is missing among some Secrets; gives the names of those that were made.

    Args:
        namespace: whose Secrets they are.
        names: as the functions' manifests name them.
        database_url: with `{user}` and `{password}` where they go.
        redis_url: with `{password}` where it goes, or without one.
        now: for the names of new keys.

    Raises:
        StartError: a name that nobody knows how to make, or the API server refused.
    """
    makers = [(name, maker(name, database_url, redis_url, now)) for name in names]
    made: list[str] = []
    for name, make in sorted(makers, key=lambda each: each[0] in {TOKEN_KEYS[1], PAYMENT_KEYS[1]}):
        if api.secret(namespace, name) is None and api.make_secret(namespace, manifest(name, make(api, namespace))):
            made.append(name)
    return made


Maker = Callable[[Api, str], dict[str, str]]


def maker(name: str, database_url: str, redis_url: str, now: datetime) -> Maker:
    """How a Secret is made, by its name. Raises StartError for one that nobody knows how to make."""
    # The cryptography that keys take is loaded where one is made.
    from shared import sealed_cards, tokens  # noqa: PLC0415

    def derived(private: str, key: str, derive: Callable[[str], dict[str, str]]) -> Maker:
        def make(api: Api, namespace: str) -> dict[str, str]:
            found = api.secret(namespace, private) or {}
            if key not in found:
                raise StartError(f"Secret {private} has no {key}, so {name} cannot be made", f"delete Secret {private}")
            return derive(found[key])

        return make

    if name.startswith(DATABASE) and database_url:
        return lambda *_: database_secret(name, database_url, secrets.token_urlsafe(32))
    if name == REDIS and redis_url:
        return lambda *_: redis_secret(redis_url, secrets.token_urlsafe(32))
    if name == TOKEN_KEYS[0]:
        return lambda *_: {"private.jwks": tokens.generate_keys(now)[0]}
    if name == TOKEN_KEYS[1]:
        return derived(TOKEN_KEYS[0], "private.jwks", lambda private: {"public.jwks": public_jwks(private)})
    if name == PAYMENT_KEYS[0]:
        return lambda *_: {"private.key": sealed_cards.generate_keys()[0]}
    if name == PAYMENT_KEYS[1]:
        return derived(PAYMENT_KEYS[0], "private.key", lambda key: {"public.key": sealed_cards.public_key(key)})
    raise StartError(
        f"nobody knows how to make Secret {name}, which a function names",
        f"make it, as by `kubectl create secret generic {name}`; or say how in knative/operations/secrets.py",
    )


def public_jwks(private: str) -> str:
    """The public set of a private JWK set: every member but the private one (RFC 8037, 2)."""
    keys = json.loads(private)["keys"]
    return json.dumps({"keys": [{name: value for name, value in key.items() if name != "d"} for key in keys]})


def main(arguments: Sequence[str]) -> int:
    """The Job's command. 0 when all are there."""
    parser = argparse.ArgumentParser(prog="python -m knative.operations.secrets", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="a Secret that shall be there")
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--database-url", default="", help="postgresql://{user}:{password}@HOST/shop")
    parser.add_argument("--redis-url", default="", help="redis://:{password}@HOST:6379/0")
    given = parser.parse_args(arguments)
    try:
        made = prepare(
            KubernetesApi.of_this_pod(os.environ), given.namespace, given.names, database_url=given.database_url,
            redis_url=given.redis_url, now=datetime.now(UTC),
        )  # fmt: skip
    except StartError as error:
        sys.stderr.write(f"error: {error}\n\nhint: {error.hint}\n")
        return 1
    there = len(given.names) - len(made)
    sys.stdout.write(f"made {', '.join(made) or 'nothing'}; {there} were there\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
