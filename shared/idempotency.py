"""One Idempotency-Key, one effect: the key is claimed in the statement that has the effect.

    WITH claimed AS (CLAIMING), done AS (INSERT … FROM claimed) SELECT subject FROM claimed

Claim and effect are there together or not at all, so no kill can come between them. A second request with the key waits
in that statement until the first one's transaction ends: then it finds the key used, or, if that one rolled back, takes
the claim over.

The claim promises the key to a subject, and whoever finishes that, in whatever process, keeps the promise: the answer
is written together with the end (KEEPING). Until then `look_up` leads to the subject, and from then on to the answer.
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
"""A part of a larger statement, in a transaction that is READ COMMITTED (the default): where `cause` has its row and
the key is new, it is claimed, and a row comes back. `owner` is whose key it is: two people may use the same one.
`digest` is of what was asked, `subject` what the key is promised to; that is used for one key only."""

KEEPING = """
    UPDATE orders.idempotency_keys
    SET response_status = :answer_status, response_headers = CAST(:answer_headers AS jsonb),
        response_body = CAST(:answer_body AS bytea)
    FROM {cause} WHERE subject = :subject AND response_status IS NULL
"""
"""A part of a larger statement, which takes `values`: where `cause` has its row, the key that was promised to this
subject gets its answer, unless it has one, or was cleared away as too old. With it goes the end of the subject, under
its lock: then the answer is one, and true."""

_READ = text("""
    SELECT request_digest, subject, response_status, response_headers, response_body
    FROM orders.idempotency_keys WHERE owner = :owner AND key = :key
""")


def look_up(connection: Connection, owner: str, key: str, request_digest: bytes) -> Promised | Replayed | None:
    """What a key leads to that was used before; None for a new one.

    Raises:
        Unprocessable: the key was used for another request.
    """
    found = connection.execute(_READ, {"owner": owner, "key": key}).one_or_none()
    if found is None:
        return None
    if bytes(found.request_digest) != request_digest:
        raise Unprocessable("This Idempotency-Key was used for another request; use a new one for each")
    if found.response_status is not None:
        return Replayed(_response(found))
    return Promised(found.subject)


def answer(connection: Connection, owner: str, key: str) -> Response | None:
    """The answer of a key, or None where it has none (yet)."""
    found = connection.execute(_READ, {"owner": owner, "key": key}).one_or_none()
    return None if found is None or found.response_status is None else _response(found)


def values(response: Response) -> dict[str, object]:
    """The values of an answer that is kept."""
    return {
        "answer_status": response.status, "answer_headers": json.dumps(dict(response.headers)),
        "answer_body": response.body,
    }  # fmt: skip


def _response(found: Row[tuple[object, ...]]) -> Response:
    return Response(status=found.response_status, body=bytes(found.response_body), headers=found.response_headers)
