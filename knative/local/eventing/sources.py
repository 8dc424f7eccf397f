"""The sources of one stack: fires what is due, has at most one delivery of each under way, and remembers the last.

The loop sleeps until the next tick; while there is no source it does not wake at all.
"""

import asyncio
import contextlib
import sys
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from knative.local.eventing.addresses import Address, BrokerKey, resolve
from knative.local.eventing.cron import parse
from knative.local.eventing.delivery import Outcome, deliver
from knative.local.eventing.event import ping
from knative.local.eventing.scheduler import Planned, advance, plan, rest_s
from knative.local.eventing.view import Last, binding_status, source_status
from knative.local.http_post import post
from knative.local.model import PingSource, Service, ServiceName, SinkBinding

Key = tuple[str, str]


class Sources:
    """PingSources that fire, and SinkBindings that are shown beside them.

    Args:
        mesh_port: Envoy's, for the calls to functions.
        on_failure: is told of a fault of ours in a delivery, which must not pass in silence.
        now_s: the machine's clock.
    """

    def __init__(
        self, mesh_port: int, on_failure: Callable[[BaseException], None], now_s: Callable[[], float] = time.time
    ) -> None:
        self._mesh_port = mesh_port
        self._on_failure = on_failure
        self._now_s = now_s
        self._sources: dict[Key, PingSource] = {}
        self._bindings: Sequence[SinkBinding] = ()
        self._services: Mapping[ServiceName, Service] = {}
        self._brokers: Collection[BrokerKey] = ()
        self._plan: dict[Key, Planned] = {}
        self._last: dict[Key, Last] = {}
        self._under_way: dict[Key, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()

    def configure(
        self,
        sources: Sequence[PingSource],
        bindings: Sequence[SinkBinding],
        services: Mapping[ServiceName, Service],
        brokers: Collection[BrokerKey] = (),
    ) -> None:
        """Take over what is deployed. A source whose sink is not there rests until it is."""
        self._sources = {(source.namespace, source.name): source for source in sources}
        self._bindings, self._services, self._brokers = bindings, services, brokers
        schedules = {
            key: parse(source.schedule, source.timezone)
            for key, source in self._sources.items()
            if resolve(source.sink, services, brokers) is not None
        }
        self._plan = plan(schedules, self._plan, self._now_s())
        self._last = {key: last for key, last in self._last.items() if key in self._sources}
        self._changed.set()

    async def run(self) -> None:
        """Fire what is due, for ever."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(rest_s(self._plan, self._now_s())):
                    await self._changed.wait()
            self._changed.clear()
            due, self._plan = advance(self._plan, self._now_s())
            for key in due:
                self._fire(key)

    def release(self) -> None:
        """Give up what is under way."""
        for task in self._under_way.values():
            task.cancel()

    def status(self) -> list[dict[str, object]]:
        """The `sources` part of `zerocart status --json`."""
        return [
            source_status(source, self._services, self._brokers, self._plan.get(key), self._last.get(key))
            for key, source in sorted(self._sources.items())
        ] + [binding_status(binding, self._services, self._brokers) for binding in self._bindings]

    def _fire(self, key: Key) -> None:
        source = self._sources[key]
        address = resolve(source.sink, self._services, self._brokers)
        if key in self._under_way or address is None:
            # The one before is not over: this tick is left out, so nothing piles up behind a slow sink.
            return
        task = asyncio.create_task(self._deliver(key, source, address))
        self._under_way[key] = task
        task.add_done_callback(partial(self._ended, key))

    async def _deliver(self, key: Key, source: PingSource, address: Address) -> None:
        at_s = self._now_s()
        event = ping(source, str(uuid.uuid4()), at_s)
        outcome = await deliver(
            lambda: post(
                address.url, event.headers, event.body,
                timeout_s=address.timeout_s, proxy_port=self._mesh_port if address.in_mesh else None,
            )
        )  # fmt: skip
        self._last[key] = Last(at_s=at_s, outcome=outcome)
        if not outcome.delivered:
            _log(source, outcome)

    def _ended(self, key: Key, task: asyncio.Task[None]) -> None:
        self._under_way.pop(key, None)
        if not task.cancelled() and (error := task.exception()):
            self._on_failure(error)


def _log(source: PingSource, outcome: Outcome) -> None:
    words = f"PingSource {source.name}: an event was lost, {outcome}"
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - the engine's log
