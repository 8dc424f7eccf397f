"""Where watch-operations asks: a Unix socket beside the command line's, with a key, for a few deeds and no others.

Each deed is bounded, and its end does not depend on who asked for it: a burst is a process that ends by itself,
traffic is a manifest, a killed instance is replaced, and Redis comes back by itself, by the next engine, or by `up`.
"""

import asyncio
import hmac
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from knative.local import control_server
from knative.local.api.cluster import Cluster
from knative.local.control import Tell
from knative.local.home import Home
from knative.local.model import ServiceName
from knative.local.objects.facts import ServiceFacts
from knative.local.operations.picture import picture, ready_revisions
from knative.local.operations.traffic import Refused, before, split
from knative.local.top import latencies
from knative.local.top.frame import frame
from shared.errors import ZerocartError
from shared.timestamps import rfc3339

REDIS_AWAY_S = 30.0
MOST_RATE, MOST_BURST_S = 500, 30
BURST_PATHS = ("/api/products", "/api/openapi.json")


class Takeable(Protocol):
    """A part that can be taken away for a while."""

    @property
    def away_s(self) -> float:
        """How long it stays away yet; 0 where it does not, also where somebody wanted it back before."""

    def take_away(self, for_s: float) -> bool:
        """Stop it; it comes back after that time. False where it is away already."""


class Desk:
    """Answers looks and deeds.

    Args:
        key: who asks must know it.
        status: what the command line is told.
        cluster: what there is, and how it is changed.
        kill: ends one instance, by its pid.
        redis: the part that can be taken away.
    """

    def __init__(
        self,
        home: Home,
        *,
        key: Callable[[], str],
        status: Callable[[], Awaitable[Mapping[str, Any]]],
        cluster: Cluster,
        kill: Callable[[int], None],
        redis: Takeable,
    ) -> None:
        self._home = home
        self._key = key
        self._status = status
        self._cluster = cluster
        self._kill = kill
        self._redis = redis
        self._server: asyncio.Server | None = None
        self._burst: asyncio.subprocess.Process | None = None
        self._beginning = asyncio.Lock()
        self._burst_until_s = 0.0
        self._deeds: dict[str, Callable[[Mapping[str, Any]], Awaitable[Refused | str]]] = {
            "burst": self._send_burst,
            "traffic": self._split_traffic,
            "rollback": self._roll_back,
            "kill": self._kill_one,
            "redis-away": self._take_redis_away,
        }

    async def start(self) -> None:
        self._server = await control_server.serve(self._home.operations_socket, self._answer)

    async def stop(self) -> None:
        """Answer no more, and end a burst that is under way."""
        if self._server:
            self._server.close()
        if self._burst and self._burst.returncode is None:
            self._burst.terminate()
            await self._burst.wait()
        self._home.operations_socket.unlink(missing_ok=True)

    @property
    def _bursting(self) -> bool:
        return self._burst is not None and self._burst.returncode is None

    async def _answer(self, request: Mapping[str, Any], _tell: Tell) -> object:
        if not hmac.compare_digest(str(request.get("key", "")).encode(), self._key().encode()):
            raise ZerocartError("the key is another one", "the function's Secret operations-source has it")
        operation = str(request.get("op"))
        if operation == "look":
            return await self._look()
        deed = self._deeds.get(operation)
        if deed is None:
            return _refusal(Refused(kind="unknown", detail=f"{operation} is no deed of this engine"))
        by = json.dumps(str(request.get("by", "")))
        outcome = await deed(request)
        words = f"refused, {outcome.detail}" if isinstance(outcome, Refused) else outcome
        print(f"{_told(time.time())} {operation}, by {by}: {words}", file=sys.stderr, flush=True)  # noqa: T201
        return _refusal(outcome) if isinstance(outcome, Refused) else {"told": outcome}

    async def _look(self) -> object:
        status = await self._status()
        try:
            known = await asyncio.to_thread(latencies.read, self._home.admin_socket)
        except OSError:
            known = {}  # Envoy is away, which the picture shows
        now_s = time.time()
        # A burst may take longer than it was to last: it is under way as long as another one is refused.
        burst_until_s = now_s + 1.0 if self._bursting else 0.0
        ends_s = {"burst": max(self._burst_until_s, burst_until_s), "redis-away": now_s + self._redis.away_s}
        under_way = {deed: _told(end_s) for deed, end_s in ends_s.items() if end_s > now_s}
        return picture(frame(status, known, _told(now_s)), ready_revisions(self._cluster.facts().services), under_way)

    # Deeds: each says what it did, or why it did not.

    async def _send_burst(self, asked: Mapping[str, Any]) -> Refused | str:
        rate, seconds, path = asked.get("rate"), asked.get("seconds"), asked.get("path")
        if not (isinstance(rate, int) and 1 <= rate <= MOST_RATE):
            return Refused(kind="wrong", detail=f"The rate must be from 1 to {MOST_RATE} requests a second")
        if not (isinstance(seconds, int) and 1 <= seconds <= MOST_BURST_S):
            return Refused(kind="wrong", detail=f"It may last from 1 to {MOST_BURST_S} seconds")
        if path not in BURST_PATHS:
            return Refused(kind="wrong", detail=f"The path must be one of {', '.join(BURST_PATHS)}")
        async with self._beginning:  # of two that come at once, one is refused
            if self._bursting:
                return Refused(kind="state", detail="A burst is under way; wait until it is over")
            self._burst = await self._begin_burst(rate, seconds, path)
        self._burst_until_s = time.time() + seconds
        return f"{rate} requests a second for {seconds} s to {path}"

    async def _begin_burst(self, rate: int, seconds: int, path: str) -> asyncio.subprocess.Process:
        # A process of its own: what it sends must not wait for the engine, nor the engine for it.
        with self._home.log("burst").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "knative.local", "burst", "--rate", str(rate), "--seconds", str(seconds),
                "--path", path, "--svg", str(self._home.root / "burst.svg"),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._home.root,
                env={**os.environ, "PYTHONPATH": str(self._home.project), "ZEROCART_HOME": str(self._home.root),
                     "ZEROCART_PORT": str(self._home.port)},
            )  # fmt: skip

    async def _split_traffic(self, asked: Mapping[str, Any]) -> Refused | str:
        percents = asked.get("percents")
        if not isinstance(percents, dict) or not all(isinstance(each, int) for each in percents.values()):
            return Refused(kind="wrong", detail="The percents must be whole numbers, one of each revision")
        found = self._service(asked)
        return found if isinstance(found, Refused) else await self._send_traffic(found, percents)

    async def _roll_back(self, asked: Mapping[str, Any]) -> Refused | str:
        found = self._service(asked)
        if isinstance(found, Refused):
            return found
        shares = {str(target.revision): target.percent for target in found.targets if target.percent}
        earlier = before(_ready(found), shares)
        return earlier if isinstance(earlier, Refused) else await self._send_traffic(found, {earlier: 100})

    async def _send_traffic(self, found: ServiceFacts, percents: Mapping[str, int]) -> Refused | str:
        document = split(found.document, _ready(found), percents)
        if isinstance(document, Refused):
            return document
        await self._cluster.write([document], [], managers=(), dry_run=False)
        shown = ", ".join(f"{percent} % to {name}" for name, percent in percents.items() if percent)
        return f"{found.service.name}: {shown}"

    async def _kill_one(self, asked: Mapping[str, Any]) -> Refused | str:
        found = self._service(asked)
        if isinstance(found, Refused):
            return found
        instances = [each for revision in found.revisions for each in revision.instances]
        serving = [each.pod.pid for each in instances if each.is_ready and each.pod.pid]
        if not serving:
            return Refused(kind="state", detail=f"No instance of {found.service.name} runs")
        self._kill(min(serving))
        return f"Killed one of {len(serving)} instances of {found.service.name}"

    async def _take_redis_away(self, _asked: Mapping[str, Any]) -> Refused | str:
        if not self._redis.take_away(REDIS_AWAY_S):
            return Refused(kind="state", detail="Redis is away already")
        return f"Redis is away for {REDIS_AWAY_S:.0f} s"

    def _service(self, asked: Mapping[str, Any]) -> ServiceFacts | Refused:
        name = ServiceName(str(asked.get("service")))
        for each in self._cluster.facts().services:
            if each.service.name == name:
                return each
        return Refused(kind="unknown", detail=f"{name} is no function of this shop")


def _ready(found: ServiceFacts) -> list[str]:
    return ready_revisions([found])[found.service.name]


def _refusal(refused: Refused) -> dict[str, object]:
    return {"refused": refused.kind, "detail": refused.detail}


def _told(moment_s: float) -> str:
    return rfc3339(datetime.fromtimestamp(moment_s, UTC), "milliseconds")
