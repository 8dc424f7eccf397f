"""What the shop's answer to one attempt means: done, refused, or try the same again.

Every attempt for an order carries the same Idempotency-Key, so trying again is always safe,
also where nobody knows whether the shop acted. Only what a second attempt cannot change is
final.
"""

import json
from dataclasses import dataclass

_PASSING = frozenset({429, 500, 502, 503, 504})
_LONGEST_PAUSE_S = 5.0
_FIRST_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, as far as it matters here."""

    status: int
    body: bytes = b""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class NoReply:
    """There was no answer; whether the shop acted is open."""

    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The shop acknowledged an order."""

    order_id: str
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The shop said no, and would again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Expired:
    """The token is no longer good: take a new one and try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Try the same again after a pause. `unclear`: this attempt may have acted all the same."""

    cause: str
    unclear: bool
    pause_s: float | None = None


def judge_order(reply: Reply | NoReply) -> Placed | Refused | Expired | Again:
    """Tell what an attempt to place an order came to."""
    if isinstance(reply, NoReply):
        return Again(cause=reply.cause, unclear=True)
    if reply.status in {200, 201}:
        return _placed(reply)
    if reply.status == 401:
        return Expired()
    return refusal(reply)


def refusal(reply: Reply) -> Refused | Again:
    """Tell a passing refusal from one that stays."""
    if reply.status in _PASSING:
        return Again(cause=str(reply.status), unclear=reply.status != 429, pause_s=reply.retry_after_s)
    return Refused(f"{reply.status} {_problem_type(reply.body)}".strip())


def pause_s(again: Again, attempt: int, chance: float) -> float:
    """Give the seconds to wait before the next attempt.

    Args:
        again: what the last attempt came to; a Retry-After is obeyed.
        attempt: how many attempts there were, 1 or more.
        chance: from 0 to 1; spreads clients that failed together.
    """
    if again.pause_s is not None:
        return again.pause_s + chance * _FIRST_PAUSE_S
    return min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0 ** min(attempt - 1, 10)) * (0.5 + chance / 2)


def _placed(reply: Reply) -> Placed | Refused:
    try:
        order = json.loads(reply.body)
        return Placed(
            order_id=str(order["id"]),
            total_minor=int(order["total"]["amount"]),
            currency=str(order["total"]["currency"]),
        )
    except (ValueError, KeyError, TypeError):
        return Refused(f"{reply.status} with a body that is no order")


def _problem_type(body: bytes) -> str:
    try:
        problem = json.loads(body)
    except ValueError:
        return ""
    return str(problem.get("type", "")) if isinstance(problem, dict) else ""
