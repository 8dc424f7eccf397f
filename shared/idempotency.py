"""One Idempotency-Key, one effect: the key is claimed in the same transaction as what it stands for.

    match idempotency.claim(connection, owner, key, digest):
        case Replayed(response):
            return response
        case Claimed():
            ...                                    # do it
            idempotency.settle(connection, owner, key, response)

Claim, effect and answer commit together or not at all, so no kill can come between them. A second request with the
key waits at `claim` until the first one's transaction ends: then it replays the answer, or, if that one rolled back,
takes the claim over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from shared.errors import Unprocessable


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer as it was given, to be given again."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The key was new: do what was asked, then `settle`."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The key was used for the same request before: this was its answer."""

    response: Response


_CLAIM = text("""
    INSERT INTO orders.idempotency_keys (owner, key, request_digest) VALUES (:owner, :key, :digest)
    ON CONFLICT DO NOTHING
""")
_READ = text("""
    SELECT request_digest, response_status, response_headers, response_body
    FROM orders.idempotency_keys WHERE owner = :owner AND key = :key
""")
_SETTLE = text("""
    UPDATE orders.idempotency_keys
    SET response_status = :status, response_headers = CAST(:headers AS jsonb), response_body = :body
    WHERE owner = :owner AND key = :key
""")


def claim(connection: Connection, owner: str, key: str, request_digest: bytes) -> Claimed | Replayed:
    """Claim a key in the caller's transaction, which must be READ COMMITTED (the default).

    Args:
        connection: in the transaction that will do what the key stands for.
        owner: whose key it is: two people may use the same one.
        key: as the client sent it.
        request_digest: of what was asked; the same key with another digest is a mistake of the client.

    Raises:
        Unprocessable: the key was used for another request.
    """
    values = {"owner": owner, "key": key, "digest": request_digest}
    while True:
        if connection.execute(_CLAIM, values).rowcount == 1:
            return Claimed()
        found = connection.execute(_READ, {"owner": owner, "key": key}).one_or_none()
        if found is None:  # it was cleared away as too old between the two statements
            continue
        if bytes(found.request_digest) != request_digest:
            raise Unprocessable("This Idempotency-Key was used for another request; use a new one for each")
        if found.response_status is None:
            raise RuntimeError(f"the Idempotency-Key {key!r} was committed without `settle`")
        return Replayed(
            Response(status=found.response_status, body=bytes(found.response_body), headers=found.response_headers)
        )


def settle(connection: Connection, owner: str, key: str, response: Response) -> None:
    """Keep the answer for a key that this transaction claimed."""
    settled = connection.execute(
        _SETTLE,
        {
            "owner": owner, "key": key, "status": response.status,
            "headers": json.dumps(dict(response.headers)), "body": response.body,
        },
    )  # fmt: skip
    assert settled.rowcount == 1, "only a claimed key can be settled"
