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

Where the answer is known only later, the claim promises the key to a subject, and whoever finishes that, in whatever
process, writes the answer by `keep_promise`, together with the end. Until then the key leads to the subject: Promised.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Row, text

from shared.errors import Unprocessable


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer as it was given, to be given again."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The key was new: do what was asked, then `settle`; or do its first part, if the key was promised to a subject."""


@dataclass(frozen=True, slots=True)
class Promised:
    """The key was used for the same request before, which led to this subject and has no answer yet."""

    subject: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """The key was used for the same request before: this was its answer."""

    response: Response


_CLAIM = text("""
    INSERT INTO orders.idempotency_keys (owner, key, request_digest, subject) VALUES (:owner, :key, :digest, :subject)
    ON CONFLICT DO NOTHING
""")
_READ = text("""
    SELECT request_digest, subject, response_status, response_headers, response_body
    FROM orders.idempotency_keys WHERE owner = :owner AND key = :key
""")
_SETTLE = """
    UPDATE orders.idempotency_keys
    SET response_status = :status, response_headers = CAST(:headers AS jsonb), response_body = :body
    WHERE {which}
"""
_SETTLE_KEY = text(_SETTLE.format(which="owner = :owner AND key = :key"))
_SETTLE_SUBJECT = text(_SETTLE.format(which="subject = :subject AND response_status IS NULL"))


def claim(
    connection: Connection, owner: str, key: str, request_digest: bytes, *, subject: str | None = None
) -> Claimed | Promised | Replayed:
    """Claim a key in the caller's transaction, which must be READ COMMITTED (the default).

    Args:
        connection: in the transaction that will do what the key stands for.
        owner: whose key it is: two people may use the same one.
        key: as the client sent it.
        request_digest: of what was asked; the same key with another digest is a mistake of the client.
        subject: what the key is promised to, if its answer comes after this transaction; it is used for one key only.

    Raises:
        Unprocessable: the key was used for another request.
    """
    values = {"owner": owner, "key": key, "digest": request_digest, "subject": subject}
    while True:
        if connection.execute(_CLAIM, values).rowcount == 1:
            return Claimed()
        found = connection.execute(_READ, {"owner": owner, "key": key}).one_or_none()
        if found is None:  # it was cleared away as too old between the two statements
            continue
        if bytes(found.request_digest) != request_digest:
            raise Unprocessable("This Idempotency-Key was used for another request; use a new one for each")
        if found.response_status is not None:
            return Replayed(_response(found))
        if found.subject is None:
            raise RuntimeError(f"the Idempotency-Key {key!r} was committed without `settle`")
        return Promised(found.subject)


def answer(connection: Connection, owner: str, key: str) -> Response | None:
    """The answer of a key, or None where it has none (yet)."""
    found = connection.execute(_READ, {"owner": owner, "key": key}).one_or_none()
    return None if found is None or found.response_status is None else _response(found)


def settle(connection: Connection, owner: str, key: str, response: Response) -> None:
    """Keep the answer for a key that this transaction claimed."""
    settled = connection.execute(_SETTLE_KEY, {"owner": owner, "key": key, **_values(response)})
    assert settled.rowcount == 1, "only a claimed key can be settled"


def keep_promise(connection: Connection, subject: str, response: Response) -> None:
    """Keep the answer for the key that was promised to this subject, unless it has one, or was cleared away as too old.

    Call it under a lock on the subject, in the transaction that ends it: then the answer is one, and true.
    """
    connection.execute(_SETTLE_SUBJECT, {"subject": subject, **_values(response)})


def _values(response: Response) -> dict[str, object]:
    return {"status": response.status, "headers": json.dumps(dict(response.headers)), "body": response.body}


def _response(found: Row[tuple[object, ...]]) -> Response:
    return Response(status=found.response_status, body=bytes(found.response_body), headers=found.response_headers)
