"""The engine's side of Brokers and Triggers: has their process run, tells it what there is, and asks how it goes.

The process takes and delivers events by itself, and goes on while the engine is away; whenever one of the two was
started again, it is told anew.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from knative.local import control
from knative.local.deployment import Deployment
from knative.local.eventing.addresses import BROKER_INGRESS, ELSEWHERE_WITHIN_S, EVENTING, resolve
from knative.local.eventing.broker.configuration import Configuration, Route
from knative.local.eventing.broker_view import Counts, broker_status
from knative.local.home import Home
from knative.local.model import (
    Backend,
    Broker,
    ConfigurationName,
    Destination,
    RevisionName,
    RouteName,
    RouteTarget,
    Service,
    ServiceName,
    Trigger,
)
from knative.local.parts.part import Part, Recipe
from knative.local.processes import Records, stop, write_atomically
from shared.errors import StartError, ZerocartError

ROLE = "broker"
ANSWER_WITHIN_S = 2.0
TOLD_WITHIN_S = 5.0
TELL_AGAIN_S = 0.2
# An edit of these is one of the engine, too: a new engine starts a new broker.
PACKAGES = ("knative/local/eventing",)


def configuration(
    brokers: Sequence[Broker], triggers: Sequence[Trigger], services: Mapping[ServiceName, Service]
) -> Configuration:
    """What the broker's process is to know: each Trigger of a Broker that there is, with its addresses."""
    by_key = {(each.namespace, each.name): each for each in brokers}
    routes = []
    for trigger in triggers:
        broker = by_key.get((trigger.namespace, trigger.broker))
        if broker is None:
            continue
        delivery = trigger.delivery or broker.delivery
        if delivery.dead_letter_sink is None:
            # The one part of a Broker's delivery that goes with that of a Trigger.
            delivery = replace(delivery, dead_letter_sink=broker.delivery.dead_letter_sink)
        sink = delivery.dead_letter_sink
        routes.append(
            Route(
                namespace=trigger.namespace,
                broker=trigger.broker,
                trigger=trigger.name,
                subscriber=resolve(trigger.subscriber, services, by_key),
                dead_letter_sink=resolve(sink, services, by_key) if sink else None,
                delivery=delivery,
                attributes=trigger.attributes,
                filters=trigger.filters,
            )
        )
    return Configuration(brokers=frozenset(by_key), routes=tuple(routes))


def ingress(brokers: Sequence[Broker], home: Home) -> list[tuple[Destination, Backend]]:
    """What Envoy is told of the ingress that all Brokers share, where there is one: a Route of the cluster."""
    if not brokers:
        return []
    name = RevisionName(BROKER_INGRESS)
    leads_to = Destination(
        route=RouteName(BROKER_INGRESS),
        namespace=EVENTING,
        targets=(RouteTarget(revision=name, percent=100),),
        cluster_local=True,
    )
    stands_at = Backend(
        revision=name,
        configuration=ConfigurationName(BROKER_INGRESS),
        namespace=EVENTING,
        socket_path=str(home.broker_ingress_socket),
        timeout_s=ELSEWHERE_WITHIN_S,
    )
    return [(leads_to, stands_at)]


class Brokers:
    """The broker's process of one stack, and what it was told last."""

    def __init__(self, home: Home, records: Records, mesh_port: int) -> None:
        self._home = home
        self._records = records
        self._mesh_port = mesh_port
        self._deployment: Deployment | None = None
        self._is_told = False
        self._telling: asyncio.Task[None] | None = None
        self.part = Part(self._recipe, records, self._tell_soon)

    async def configure(self, deployment: Deployment) -> None:
        """Tell the process what there is now. One that is just starting again, or late, is told when it listens."""
        self._deployment = deployment
        self._tell_soon()
        if self._telling:
            await asyncio.wait([self._telling], timeout=TOLD_WITHIN_S)

    async def status(self) -> list[dict[str, object]]:
        """The `brokers` part of `zerocart status --json`."""
        if self._deployment is None:
            return []
        found = await self._ask({"op": "status"})
        counts = None if found is None else {(each["namespace"], each["trigger"]): Counts(**each) for each in found}
        return [broker_status(each, self._deployment, counts) for each in self._deployment.brokers]

    def _tell_soon(self) -> None:
        self._is_told = False
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        """Until it has heard the newest: without anything, it takes no event."""
        while not self._is_told and self._deployment and self.part.ready:
            self._is_told = True
            told = configuration(self._deployment.brokers, self._deployment.triggers, self._deployment.services)
            if await self._ask({"op": "configure", "configuration": told.to_json()}) is None:
                self._is_told = False
                await asyncio.sleep(TELL_AGAIN_S)

    async def _ask(self, request: dict[str, object]) -> Any:
        """The process's answer; None where it gives none now."""
        if not self.part.ready:
            return None

        def ask() -> Any:
            for answer in control.request(self._home.broker_socket, request, timeout_s=ANSWER_WITHIN_S):
                if not isinstance(answer, control.Step):
                    return answer["result"]
            return None

        with contextlib.suppress(OSError, StartError, ZerocartError):
            return await asyncio.to_thread(ask)
        return None

    def _recipe(self) -> Recipe:
        home = self._home
        digest = home.code_digest(*PACKAGES)
        marker = home.run / f"{ROLE}.digest"
        found = self._records.find(ROLE)
        if found is not None and (not marker.exists() or marker.read_text(encoding="ascii") != digest):
            # Its code was edited since. What it had under way is due, and delivered by the next one.
            stop(found, gently=signal.SIGTERM, timeout_s=5.0)
            found = None
        if found is None:
            home.broker_socket.unlink(missing_ok=True)
        write_atomically(marker, digest.encode())
        return Recipe(
            role=ROLE, title="the broker",
            command=[sys.executable, "-m", "knative.local", ROLE, str(self._mesh_port)],
            log=home.log(ROLE), folder=home.project, accepts=home.broker_socket.exists,
            environment={**os.environ, "ZEROCART_HOME": str(home.root), "ZEROCART_PORT": str(home.port),
                         "PYTHONPATH": str(home.project)},
        )  # fmt: skip
