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


CLAIMING = """
    INSERT INTO orders.idempotency_keys (owner, key, request_digest, subject)
    SELECT :owner, :key, CAST(:digest AS bytea), :subject FROM {cause}
    ON CONFLICT DO NOTHING RETURNING subject
"""
"""A part of a larger statement, the claim of `claim`: where `cause` has its row and the key is new, it gives a row."""

KEEPING = """
    UPDATE orders.idempotency_keys
    SET response_status = :answer_status, response_headers = CAST(:answer_headers AS jsonb),
        response_body = CAST(:answer_body AS bytea)
    FROM {cause} WHERE subject = :subject AND response_status IS NULL
"""
"""A part of a larger statement, which takes `values`: `keep_promise`, where `cause` has its row."""

_CLAIM = text(CLAIMING.format(cause="(VALUES (true)) AS asked"))
_READ = text("""
    SELECT request_digest, subject, response_status, response_headers, response_body
    FROM orders.idempotency_keys WHERE owner = :owner AND key = :key
""")
_SETTLE = text("""
    UPDATE orders.idempotency_keys
    SET response_status = :answer_status, response_headers = CAST(:answer_headers AS jsonb),
        response_body = :answer_body
    WHERE owner = :owner AND key = :key
""")
_KEEP = text(KEEPING.format(cause="(VALUES (true)) AS ended"))


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
        used = look_up(connection, owner, key, request_digest)
        if used is not None:  # else it was cleared away as too old between the two statements
            return used


def look_up(connection: Connection, owner: str, key: str, request_digest: bytes) -> Promised | Replayed | None:
    """What a key leads to that was used before; None for a new one. Raises Unprocessable as `claim` does."""
    found = connection.execute(_READ, {"owner": owner, "key": key}).one_or_none()
    if found is None:
        return None
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
    settled = connection.execute(_SETTLE, {"owner": owner, "key": key, **values(response)})
    assert settled.rowcount == 1, "only a claimed key can be settled"


def keep_promise(connection: Connection, subject: str, response: Response) -> None:
    """Keep the answer for the key that was promised to this subject, unless it has one, or was cleared away as too old.

    Call it under a lock on the subject, in the transaction that ends it: then the answer is one, and true.
    """
    connection.execute(_KEEP, {"subject": subject, **values(response)})


def values(response: Response) -> dict[str, object]:
    """The values of an answer that is kept."""
    return {
        "answer_status": response.status, "answer_headers": json.dumps(dict(response.headers)),
        "answer_body": response.body,
    }  # fmt: skip


def _response(found: Row[tuple[object, ...]]) -> Response:
    return Response(status=found.response_status, body=bytes(found.response_body), headers=found.response_headers)
