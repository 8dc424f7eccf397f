"""What can be done to the running shop. Each is bounded; the store has it done, and notes who asked."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from functions.watch_operations import store
from shared.endpoint import Answer, Call, endpoint
from shared.errors import Conflict, NotFound, NotSupported, TooManyRequests, Unavailable
from shared.tokens import Identity

ADMINS = ("admin",)
DOING = (Conflict, NotFound, NotSupported, TooManyRequests, Unavailable)

Name = Annotated[str, Meta(min_length=1, max_length=63, pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$")]


class Burst(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rate: Annotated[int, Meta(ge=1, le=500, description="Requests a second")] = 200
    seconds: Annotated[int, Meta(ge=1, le=30)] = 10
    path: Literal["/api/products", "/api/openapi.json"] = "/api/products"


class Share(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    revision: Name
    percent: Annotated[int, Meta(ge=0, le=100)]


class Split(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    service: Name
    shares: Annotated[list[Share], Meta(min_length=1, max_length=10)]


class Target(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    service: Name


class Nothing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An empty object."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done, in words."""

    told: str


@endpoint("POST", "/api/ops/burst", body=Burst, answers={202: Done}, problems=DOING, roles=ADMINS)
def burst(call: Call[Burst, None]) -> Answer:
    """Send a burst

    Requests at a rate to the shop's own front door, for some seconds. One at a time.
    """
    return _do("burst", call.identity, {"rate": call.body.rate, "seconds": call.body.seconds, "path": call.body.path})


@endpoint("POST", "/api/ops/traffic", body=Split, answers={202: Done}, problems=DOING, roles=ADMINS)
def traffic(call: Call[Split, None]) -> Answer:
    """Split the traffic of a function

    Between revisions of it that can serve; 100 percent in all. All to the newest means: and to those after it.
    """
    percents = {share.revision: share.percent for share in call.body.shares}
    return _do("traffic", call.identity, {"service": call.body.service, "percents": percents})


@endpoint("POST", "/api/ops/rollback", body=Target, answers={202: Done}, problems=DOING, roles=ADMINS)
def rollback(call: Call[Target, None]) -> Answer:
    """Roll a function back

    All its requests go to the revision before the one that has most of them now. New revisions then wait until they are
    given traffic.
    """
    return _do("rollback", call.identity, {"service": call.body.service})


@endpoint("POST", "/api/ops/kill", body=Target, answers={202: Done}, problems=DOING, roles=ADMINS)
def kill(call: Call[Target, None]) -> Answer:
    """Kill an instance of a function

    One that runs, with SIGKILL: what it was doing breaks off.
    """
    return _do("kill", call.identity, {"service": call.body.service})


@endpoint("POST", "/api/ops/redis-away", body=Nothing, answers={202: Done}, problems=DOING, roles=ADMINS)
def redis_away(call: Call[Nothing, None]) -> Answer:
    """Take Redis away for 30 s

    It comes back by itself.
    """
    return _do("redis-away", call.identity, {})


def _do(deed: str, identity: Identity | None, asked: dict[str, object]) -> Answer:
    return Answer(Done(told=store.do(deed, identity, asked)), status=202, headers={"Cache-Control": "no-store"})
