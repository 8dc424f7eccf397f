"""What is deployed: Configurations and their revisions, Routes and who gets whose requests, kept and told to Envoy.

The state, and its edges: the store on disk and the front door. What to do is decided in `rollout` and `routing`, pure.
`Engine` runs the processes that come of it, and tells which revisions have shown that they can serve.
"""

import asyncio
import contextlib
import gc
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from knative.local import environment
from knative.local.cold_starts import StartBook
from knative.local.deployment import Deployment, digest, function_of, has_function
from knative.local.front_door import KEYS_REFRESH_S, FrontDoor
from knative.local.home import Home
from knative.local.model import ConfigurationName, Destination, RevisionName, Route, RouteName, Secret
from knative.local.rollout import (
    CONTAINER_MISSING,
    Proof,
    Revision,
    by_configuration,
    failed,
    imported,
    newest_of,
    next_revision,
    orphaned,
    proven,
    superfluous,
)
from knative.local.routing import NOTHING, Assigned, assign, choices, destination, routed
from knative.local.scaling import Scaling
from knative.local.store import Store
from shared.errors import StartError
from shared.remembered import Remembered

ENVOY_PATIENCE_S = 30.0
# So long Envoy is told nothing of a new revision that has not shown yet whether it can serve: a function starts in
# less, and Envoy is told of it once and not twice.
SHOWS_WITHIN_S = 0.25
# A revision that requests reach is noted as active so often at most: it is kept for hours after.
ACTIVE_WITHIN_S = 60.0
GENERATION_LABEL = "serving.knative.dev/configurationGeneration"


class Controller:
    """One stack's Configurations, revisions and Routes.

    Args:
        scaling: told of each revision that may serve.
        starts: the book of cold starts; a revision that goes takes its pages along.
        ready_count: how many instances of a revision are ready now.
        changed: called when processes may have to follow.
    """

    def __init__(
        self,
        home: Home,
        scaling: Scaling,
        starts: StartBook,
        ready_count: Callable[[RevisionName], int],
        changed: Callable[[], None],
    ) -> None:
        self._home = home
        self._scaling = scaling
        self._starts = starts
        self._ready_count = ready_count
        self._changed = changed
        self.store = Store(home)
        self.front_door = FrontDoor(home)
        self.deployment: Deployment | None = None
        self.environments: dict[RevisionName, dict[str, str]] = {}
        self._sources: environment.Sources = {}
        self._resolved: Remembered[dict[str, str] | None] = Remembered()
        self._destinations: Remembered[Destination] = Remembered()
        self._assigned: Remembered[Assigned | None] = Remembered()
        self._news, self._published = asyncio.Event(), asyncio.Event()
        self._traffic_moves = asyncio.Event()
        self._proof_changed = asyncio.Condition()
        self._untold: set[RevisionName] = set()
        self._telling: set[asyncio.Task[None]] = set()
        # Where Envoy leads the requests of each Route: what is to be is so a moment later. Empty until it is known.
        self.taken_over: dict[RouteName, Destination] = {}
        # Called when something has changed: a revision has shown that it can serve, or that it cannot; traffic moved.
        self.on_change: Callable[[], None] = lambda: None

    def refuse_what_is_missing(self, deployment: Deployment, generated: Sequence[Secret]) -> None:
        """Raises StartError where what is to serve, or serves, needs for its environment what is not there."""
        sources = self._known_sources(deployment, generated)
        before = self.deployment if sources is self._sources else None
        known = before.configurations if before else {}
        for configuration in (each for name, each in deployment.configurations.items() if each != known.get(name)):
            revision = next_revision(configuration, "", function_of(configuration.template), [])
            assert revision is not None
            environment.resolve(revision, sources, {})
        routes = before.routes if before else {}
        changed = [route for name, route in deployment.routes.items() if route != routes.get(name)]
        for name in routed(self.destinations_of(changed)) & self.store.revisions.keys():
            environment.resolve(self.store.revisions[name], sources, {})

    def _known_sources(self, deployment: Deployment, generated: Sequence[Secret]) -> environment.Sources:
        """What environments are made from: the very same object, where that is as it was."""
        sources = environment.sources(deployment.config_maps, (*deployment.secrets, *generated))
        return self._sources if sources == self._sources else sources

    def deploy(
        self, deployment: Deployment, generated: Sequence[Secret], named: Collection[ConfigurationName] | None = None
    ) -> list[Revision]:
        """Take over a checked deployment, with the Secrets that this stack made for itself.

        Args:
            named: look at the code of these Configurations alone, and at others whose template has changed; None:
                of all.

        Gives the new revisions, not yet proven. Raises OSError, StartError.
        """
        self._sources = sources = self._known_sources(deployment, generated)
        self._scaling.configure(deployment.autoscaler_defaults)
        made = []
        for orphan in orphaned(deployment.configurations, self.store.revisions.values()):
            self._forget(orphan)
        before = self.deployment.configurations if self.deployment else {}
        for name, configuration in deployment.configurations.items():
            if named is not None and name not in named and configuration == before.get(name):
                continue
            template, image = configuration.template, deployment.images.get(name)
            is_there = image is not None or has_function(template, self._home)
            revision = next_revision(
                configuration,
                digest(template, self._home, image) if is_there else CONTAINER_MISSING,
                function_of(template),
                list(self.store.revisions.values()),
                image,
            )
            if revision and not is_there:
                reason = "failed to resolve image to digest: nothing on this machine has its name"
                revision = failed(revision, reason, CONTAINER_MISSING)
            if revision:
                made.append(self._keep(revision, deployment))
        now_s = time.time()
        for reached in self.reachable() & self.store.revisions.keys():
            if now_s - self.store.revisions[reached].active_at_s > ACTIVE_WITHIN_S:
                self.store.revisions[reached] = replace(self.store.revisions[reached], active_at_s=now_s)
        self.deployment = deployment
        for gone in superfluous(
            deployment.configurations, list(self.store.revisions.values()), self.reachable(), now_s
        ):
            self._forget(gone)
        self.store.note_deployed({revision.configuration for revision in made})
        self._move_traffic(deployment.routes.values())
        self._assigned.sweep()
        self.store.save()
        for revision in self.store.revisions.values():
            if revision.proof is Proof.READY:
                self._scaling.adopt(revision, self._ready_count(revision.name), time.monotonic())
        self.environments = {}
        for revision in self.store.revisions.values():
            needs = sources, revision.template, revision.image
            if resolved := self._resolved.of(revision.name, needs, partial(self._environment_or_none, revision)):
                self.environments[revision.name] = resolved
        self._resolved.sweep()
        self._untold.update(revision.name for revision in made)
        self._publish_soon()
        self._changed()
        return made

    def import_revision(self, name: ConfigurationName, deployment: Deployment, generated: Sequence[Secret]) -> None:
        """Make a revision that a client brings from elsewhere; no traffic comes of it.

        Args:
            deployment: with the template of that revision as the Configuration's own; it is not taken over.

        Raises StartError where its environment needs what is not there.
        """
        configuration, image = deployment.configurations[name], deployment.images.get(name)
        template = configuration.template
        made = next_revision(configuration, digest(template, self._home, image), function_of(template), [], image)
        assert made is not None
        generation = int(template.labels.get(GENERATION_LABEL, "1"))
        sources = environment.sources(deployment.config_maps, (*deployment.secrets, *generated))
        self.environments[made.name] = self._environment(made, sources)
        self._keep(imported(made, generation), deployment)
        self.store.save()
        self._changed()

    def _keep(self, revision: Revision, deployment: Deployment) -> Revision:
        """Take a snapshot of a new revision, and note when."""
        self.store.snapshot(revision, deployment.manifests[revision.configuration])
        self.store.revisions[revision.name] = made = replace(revision, made_at_s=time.time())
        return made

    def _environment_or_none(self, revision: Revision) -> dict[str, str] | None:
        # An old one may want what is no longer there; nobody reaches it: `refuse_what_is_missing` saw to that.
        with contextlib.suppress(StartError):
            return self._environment(revision, self._sources)
        return None

    def _environment(self, revision: Revision, sources: environment.Sources) -> dict[str, str]:
        base = environment.base(os.environ, self._home.metrics / revision.name, self.front_door.mesh_port)
        if revision.image:
            base = environment.base_of_program(os.environ, revision.image, self.front_door.mesh_port)
        return environment.resolve(revision, sources, base)

    async def wait_for_proof(self, revisions: Sequence[Revision]) -> None:
        """Wait until each has shown that it can serve, and requests reach it where a Route says so.

        Raises StartError with the reasons where one cannot.
        """
        names = [revision.name for revision in revisions]

        def all_known() -> bool:
            return all(
                name not in self.store.revisions or self.store.revisions[name].proof is not Proof.UNPROVEN
                for name in names
            )

        async with self._proof_changed:
            await self._proof_changed.wait_for(all_known)
        bad = [self.store.revisions[name] for name in names if self.store.revisions[name].proof is Proof.FAILED]
        if bad:
            raise StartError(
                "\n".join(f"{revision.name} did not get ready: {revision.reason}" for revision in bad),
                "what served before still serves; mend it and apply again",
            )
        await self.wait_for_envoy()

    async def wait_for_envoy(self) -> None:
        """Wait until Envoy has taken over all of it; where none runs, until it is on disk. Raises StartError."""
        try:
            async with asyncio.timeout(ENVOY_PATIENCE_S):
                await self._published.wait()
        except TimeoutError:
            raise StartError(
                f"Envoy has not taken its configuration over within {ENVOY_PATIENCE_S:.0f} s",
                "`zerocart logs envoy` shows what it has against it",
            ) from None

    def delete_revision(self, name: RevisionName, *, only_check: bool = False) -> None:
        """Drop a revision. Raises StartError for one that requests reach, and for the newest of its Configuration."""
        revision = self.store.revisions[name]
        newest = newest_of(revision.configuration, list(self.store.revisions.values()))
        if name in self.reachable():
            raise StartError("requests reach it", "send them elsewhere first, by the traffic of its Service or Route")
        if newest == revision:
            raise StartError(
                "it is the newest of its Configuration", "delete what it is made from, or make a newer revision first"
            )
        if only_check:
            return
        self._forget(name)
        self.store.save()
        self._publish_soon()
        self._changed()

    def _forget(self, name: RevisionName) -> None:
        self.store.forget(name)
        self._scaling.forget(name)
        self._starts.forget(name)

    def _publish_soon(self) -> None:
        """Bring the disk and Envoy in step with the revisions: see `publish`."""
        self._published.clear()
        self._news.set()

    def _move_traffic(self, routes: Iterable[Route]) -> bool:
        """Let gradual rollouts of some Routes go as far as is due, and begin those of new revisions.

        True where traffic has moved.
        """
        if self.deployment is None:
            return False
        before, now_s = self.store.assigned, time.time()
        moved = {name: each for name, each in before.items() if name in self.deployment.routes}
        default_s = self.deployment.rollout_duration_s
        for route, stood, about in self._with_choices(routes):
            make = partial(assign, route, about, before.get(route.name), default_duration_s=default_s, now_s=now_s)
            needs = route, about, default_s, stood
            # What moves does so with time, and nothing else need have changed.
            assigned = make() if stood.moving else self._assigned.of(route.name, needs, make)
            if assigned:
                moved[route.name] = assigned
        self.store.assigned = moved
        if any(each.moving for each in moved.values()):
            self._traffic_moves.set()
        return moved != before

    def _with_choices(self, routes: Iterable[Route]) -> Iterator[tuple[Route, Assigned, tuple[Revision, ...]]]:
        """Each Route with what it was last made to lead to, and the revisions that it is about."""
        own = by_configuration(self.store.revisions.values())
        for route in routes:
            assigned = self.store.assigned.get(route.name, NOTHING)
            yield route, assigned, choices(route, assigned, own, self.store.revisions)

    def destinations(self) -> list[Destination]:
        """Where each Route leads now."""
        found = self.destinations_of(self.deployment.routes.values() if self.deployment else ())
        self._destinations.sweep()
        return found

    def destinations_of(self, routes: Iterable[Route]) -> list[Destination]:
        """Where some Routes lead now, or would: they need not be deployed yet."""
        found = []
        for route, assigned, about in self._with_choices(routes):
            needs = route, about, assigned
            found.append(self._destinations.of(route.name, needs, partial(destination, *needs)))
        return found

    def reachable(self) -> frozenset[RevisionName]:
        """The revisions that some host leads to."""
        return routed(self.destinations())

    def prove(self, name: RevisionName) -> None:
        """A revision has shown that it can serve: it takes the traffic that Routes give it."""
        revision = self.store.revisions.get(name)
        if revision and revision.proof is not Proof.READY:
            self._scaling.start(revision, time.monotonic())
            self._settle(proven(revision))

    def fail(self, name: RevisionName, reason: str, cause: str = "ExitCode1") -> None:
        """A revision cannot serve; what served before still does."""
        self._settle(failed(self.store.revisions[name], reason, cause))

    def _settle(self, revision: Revision) -> None:
        self.store.revisions[revision.name] = revision
        if self.deployment:
            self._move_traffic(each for each in self.deployment.routes.values() if _is_about(each, revision))
        self._publish_soon()

        async def tell() -> None:
            async with self._proof_changed:
                self._proof_changed.notify_all()

        task = asyncio.create_task(tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    # The clocks.

    async def publish(self) -> None:
        """Save and publish what has changed, however much that is by then.

        Disk first, for what Envoy is told, the next engine must know. All of it takes longer the more Services there
        are, so it rests as long as it has worked, not counting what Envoy did: half of the time is for what else the
        engine does.
        """
        while True:
            await self._news.wait()
            await self._let_show()
            self._news.clear()
            began_s = time.thread_time()
            self.store.save()
            if self.deployment:
                revisions = list(self.store.revisions.values())
                leads_to = self.destinations()
                if await self.front_door.publish(self.deployment, revisions, leads_to, self._news.is_set):
                    self.taken_over = {each.route: each for each in leads_to}
            self.on_change()
            if self._news.is_set():
                await asyncio.sleep(time.thread_time() - began_s)
            else:
                self._published.set()
                # What is deployed stays. With hundreds of Services a collection of garbage that looks at all of it
                # takes a tenth of a second, in which nothing starts; `Engine` has one do that now and then.
                gc.freeze()

    async def _let_show(self) -> None:
        """Wait a moment for new revisions, so that Envoy reads all Services once for them; not before it knows any."""

        def all_shown() -> bool:
            known = self.store.revisions
            return not any(name in known and known[name].proof is Proof.UNPROVEN for name in self._untold)

        if self.taken_over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SHOWS_WITHIN_S), self._proof_changed:
                    await self._proof_changed.wait_for(all_shown)
        self._untold.clear()

    async def roll_out(self) -> None:
        """Take the steps of gradual rollouts when they are due."""
        while True:
            await self._traffic_moves.wait()
            moving = {name: rollouts for name, each in self.store.assigned.items() if (rollouts := each.moving)}
            due_at_s = min((each.due_at_s for rollouts in moving.values() for each in rollouts), default=None)
            if due_at_s is None:
                self._traffic_moves.clear()
                continue
            # Not longer than a second: the clock of the wall may be set, and what is due with it.
            await asyncio.sleep(min(1.0, max(0.0, due_at_s - time.time())))
            routes = self.deployment.routes if self.deployment else {}
            if self._move_traffic(routes[name] for name in moving if name in routes):
                self._publish_soon()

    async def refresh_keys(self) -> None:
        """Ask the issuer for its keys again and again; soon while there are none, or it did not answer."""
        while True:
            pause_s = KEYS_REFRESH_S
            if self.deployment and self.ready_to_ask_for_keys():
                try:
                    if await self.front_door.refresh_keys(self.deployment):
                        self._publish_soon()
                except OSError:
                    pause_s = 0.5
            else:
                pause_s = 0.05
            await asyncio.sleep(pause_s)

    def ready_to_ask_for_keys(self) -> bool:
        """Whether the functions that hold the keys can answer."""
        holders = {route for route, _ in self.deployment.mesh.jwks_uris.values()} if self.deployment else set()
        return holders <= {each.route for each in self.destinations() if each.targets}


def _is_about(route: Route, revision: Revision) -> bool:
    return revision.configuration in route.configurations or any(
        target.revision == revision.name for target in route.traffic
    )
