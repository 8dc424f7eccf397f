"""The secrets of a stack on one machine: made at its first start, kept for its owner alone, never printed.

They are Kubernetes Secrets with the names that the functions' manifests refer to, so a cluster's operator
provides the same ones by other means.
"""

import json
import secrets
from datetime import datetime
from pathlib import Path

from knative.local.home import Home
from knative.local.model import Namespace, Secret
from knative.local.parts import postgres, valkey
from knative.local.processes import write_atomically

SHOP = Namespace("shop")


def prepare(home: Home, now: datetime) -> tuple[Secret, ...]:
    """The stack's Secrets; what is missing is made now.

    Args:
        home: whose `secrets/` holds one file of mode 0600 a secret value.
        now: for the names of new keys.
    """
    owner_password = _kept(password_file(home), secrets.token_urlsafe(32))
    keys_file = home.secrets / "token-keys.json"
    if not keys_file.exists():
        # Cryptography's megabytes are needed once in a stack's life.
        from shared import tokens  # noqa: PLC0415

        private, public = tokens.generate_keys(now)
        _kept(keys_file, json.dumps({"private.jwks": private, "public.jwks": public}))
    keys = json.loads(keys_file.read_text(encoding="utf-8"))
    payment_keys_file = home.secrets / "payment-keys.json"
    if not payment_keys_file.exists():
        from shared import sealed_cards  # noqa: PLC0415

        private_key, public_key = sealed_cards.generate_keys()
        _kept(payment_keys_file, json.dumps({"private.key": private_key, "public.key": public_key}))
    payment_keys = json.loads(payment_keys_file.read_text(encoding="utf-8"))
    sockets = home.run
    databases = [
        _secret(f"database-{domain}", {"url": postgres.url(sockets, _kept(file, secrets.token_urlsafe(32)), user=role)})
        for domain, role, file in _role_files(home)
    ]
    return (
        *databases,
        # The owner's. No function refers to it today; a revision that was made before there were roles may.
        _secret("shop-database", {"url": postgres.url(sockets, owner_password)}),
        _secret("operations-source", {"socket": str(home.operations_socket), "key": operations_key(home)}),
        _secret("shop-redis", {"url": valkey.url(sockets)}),
        _secret("token-signing-keys", {"private.jwks": keys["private.jwks"]}),
        _secret("token-public-keys", {"public.jwks": keys["public.jwks"]}),
        _secret("payment-private-key", {"private.key": payment_keys["private.key"]}),
        _secret("payment-public-key", {"public.key": payment_keys["public.key"]}),
    )


def password_file(home: Home) -> Path:
    """Holds the password of the database's owner."""
    return home.secrets / "database-password"


def password(home: Home) -> str:
    """The password of the database's owner, and of the server's administrator. Raises FileNotFoundError before any."""
    return password_file(home).read_text(encoding="utf-8").strip()


def origin_key(home: Home) -> tuple[str, str]:
    """Who may publish the storefront: an id, and its secret. Made at the first call."""
    return "zerocart", _kept(home.secrets / "origin-key", secrets.token_urlsafe(32))


def operations_key(home: Home) -> str:
    """What the function watch-operations must know to be answered."""
    return _kept(home.secrets / "operations-key", secrets.token_urlsafe(32))


def role_passwords(home: Home) -> dict[str, str]:
    """The password of each domain's role, by the role's name. Raises FileNotFoundError before `prepare`."""
    return {role: file.read_text(encoding="utf-8").strip() for _, role, file in _role_files(home)}


def _role_files(home: Home) -> list[tuple[str, str, Path]]:
    """Domain, role, and the file with its password."""
    return [(domain, role, home.secrets / f"database-password-{domain}") for domain, role in postgres.ROLES.items()]


def _secret(name: str, data: dict[str, str]) -> Secret:
    return Secret(name=name, namespace=SHOP, data=data)


def _kept(path: Path, fresh: str) -> str:
    if not path.exists():
        write_atomically(path, fresh.encode(), mode=0o600)
    return path.read_text(encoding="utf-8").strip()
