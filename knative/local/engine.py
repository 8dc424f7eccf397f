"""The engine: what should run is compared with what runs, again and again, and the difference is carried out.

Here is the wiring and the I/O. What to do is decided elsewhere, in pure functions: `autoscaler` says how many
instances, `rollout` which revisions, `reconciler` which actions. No request passes through this process: when it
is killed, Envoy and the instances serve on, and the next engine takes over what it finds.
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from knative.local import environment, logs, samples, shares, view
from knative.local.channel import Channel, receive_kept
from knative.local.cold_starts import StartBook
from knative.local.crashes import MOST_START_CRASHES, Crashes
from knative.local.deployment import Deployment, digest, function_of
from knative.local.eventing.sources import Sources
from knative.local.front_door import KEYS_REFRESH_S, FrontDoor
from knative.local.home import Home
from knative.local.instances import InstanceTable
from knative.local.keeper import EngineCommand
from knative.local.model import RevisionName, Secret, ServiceName
from knative.local.processes import identify, last_lines
from knative.local.reconciler import (
    Close,
    Drain,
    Fork,
    Kill,
    Listen,
    Observed,
    Phase,
    Unwatch,
    WantedRevision,
    Watch,
    reconcile,
)
from knative.local.rollout import (
    Proof,
    Revision,
    destinations,
    failed,
    latest_ready,
    newest_of,
    next_revision,
    proven,
    rollouts,
    routed,
    superfluous,
)
from knative.local.scaling import Scaling
from knative.local.sockets import SocketTable
from knative.local.start_failures import explain
from knative.local.store import Store
from knative.local.zygote import ForkRequest
from shared.errors import StartError

# Envoy is asked this often while a request waits or runs, and once a second while none does.
SAMPLE_BUSY_S = 0.2
SAMPLE_IDLE_S = 1.0
CONNECT_PATIENCE_S = 20.0


class Engine:
    """The state of the loop, between turns, and the edges it acts through."""

    def __init__(self, home: Home, on_failure: Callable[[BaseException], None]) -> None:
        self.home = home
        self._on_failure = on_failure
        self.store = Store(home)
        self.front_door = FrontDoor(home)
        self.sockets = SocketTable(home.revision_socket, self._connection_waits)
        self.instances = InstanceTable(home.instances, self._instance_ended)
        self.scaling = Scaling()
        self.sources = Sources(self.front_door.mesh_port, on_failure)
        self.deployment: Deployment | None = None
        self.starts = StartBook()
        self.zygote = Channel(self._zygote_speaks, self._zygote_gone)
        self.keeper = Channel(lambda _message: None, lambda: None)
        self._crashes = Crashes()
        self._environments: dict[RevisionName, dict[str, str]] = {}
        self._turn_due = asyncio.Event()
        self._traffic_moves = asyncio.Event()
        self._proof_changed = asyncio.Condition()
        # Called when a revision has shown that it can serve, or that it cannot.
        self.on_proof: Callable[[], None] = lambda: None
        self._events = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._tasks: list[asyncio.Task[None]] = []

    # What the rest of the engine asks for.

    def start(self) -> None:
        """Begin to listen to instances and to turn. Keeper and zygote are connected separately."""
        self.home.events_socket.unlink(missing_ok=True)
        self._events.bind(str(self.home.events_socket))
        self._events.setblocking(False)
        asyncio.get_running_loop().add_reader(self._events.fileno(), self._instance_speaks)
        for loop in (
            self._turn_when_due,
            self._sample,
            self._roll_out,
            self._refresh_keys,
            self._tidy,
            self.sources.run,
        ):
            task = asyncio.create_task(loop())
            task.add_done_callback(self._loop_ended)
            self._tasks.append(task)

    def _loop_ended(self, task: asyncio.Task[None]) -> None:
        """A loop that ends by a fault of ours must not leave an engine that looks alive."""
        if not task.cancelled() and (error := task.exception()):
            self._on_failure(error)

    async def connect_keeper(self) -> None:
        """Exchange sockets with the keeper, and adopt the instances that live. Raises StartError."""
        kept = receive_kept(await self._connect(self.keeper, self.home.keeper_socket, "keeper"))
        self.keeper.listen()
        identity = identify(os.getpid())
        assert identity is not None
        command = EngineCommand(
            pid=identity.pid,
            start_ticks=identity.start_ticks,
            command=[sys.executable, "-m", "knative.local", "engine", "--resume"],
            environment=dict(os.environ),
            log=str(self.home.log("engine")),
            folder=str(self.home.project),
        )
        self.keeper.send({"engine": asdict(command)})
        self.sockets.adopt(kept)
        for revision, listening in self.sockets.items():
            if revision not in kept:
                self.keeper.send({"keep": revision}, listening)
        if not self.instances.pids:
            self.instances.adopt(time.monotonic(), stray=not self.sockets.listening)
        self.turn_soon()

    async def connect_zygote(self) -> None:
        """Connect to the zygote: from now on instances can be forked. Raises StartError."""
        await self._connect(self.zygote, self.home.zygote_socket, "zygote")
        self.zygote.listen()
        self.turn_soon()

    async def _connect(self, channel: Channel, path: Path, role: str) -> socket.socket:
        deadline_s = time.monotonic() + CONNECT_PATIENCE_S
        while True:
            try:
                return channel.connect(path)
            except OSError as error:
                if time.monotonic() > deadline_s:
                    raise StartError(
                        f"the {role} cannot be reached: {error}", last_lines(self.home.log(role))
                    ) from error
            await asyncio.sleep(0.02)

    def refuse_what_is_missing(self, deployment: Deployment, generated: Sequence[Secret]) -> None:
        """Raises StartError where a Service, or a revision that serves, needs for its environment what is not there."""
        sources = environment.sources(deployment.config_maps, (*deployment.secrets, *generated))
        revisions = list(self.store.revisions.values())
        for service in deployment.services.values():
            revision = next_revision(service, "", function_of(service), [])
            assert revision is not None
            environment.resolve(revision, sources, {})
        serving = routed(destinations(deployment.services.values(), revisions, self.store.rollouts))
        for name in serving & self.store.revisions.keys():
            environment.resolve(self.store.revisions[name], sources, {})

    def deploy(
        self, deployment: Deployment, generated: Sequence[Secret], named: Collection[ServiceName] | None = None
    ) -> list[Revision]:
        """Take over a checked deployment, with the Secrets that this stack made for itself.

        Args:
            named: look at the code of these Services alone, and at others whose template has changed; None: of all.

        Gives the new revisions, not yet proven. Raises OSError, StartError.
        """
        sources = environment.sources(deployment.config_maps, (*deployment.secrets, *generated))
        self.scaling.configure(deployment.autoscaler_defaults)
        made = []
        before = self.deployment.services if self.deployment else {}
        for name, service in deployment.services.items():
            if named is not None and name not in named and service == before.get(name):
                continue
            revision = next_revision(
                service, digest(service, self.home), function_of(service), list(self.store.revisions.values())
            )
            if revision:
                self.store.snapshot(revision, deployment.manifests[name])
                self.store.revisions[revision.name] = revision = replace(revision, made_at_s=time.time())
                made.append(revision)
        for reached in self._reachable() & self.store.revisions.keys():
            self.store.revisions[reached] = replace(self.store.revisions[reached], active_at_s=time.time())
        for gone in superfluous(
            deployment.services, list(self.store.revisions.values()), time.time(), self.store.rollouts
        ):
            self.store.forget(gone)
            self.scaling.forget(gone)
            self.starts.forget(gone)
        self.store.note_deployed({revision.service for revision in made})
        self._move_traffic(deployment)
        self.store.save()
        self.deployment = deployment
        self.sources.configure(
            deployment.ping_sources, deployment.sink_bindings, deployment.services, deployment.broker_keys
        )
        for revision in self.store.revisions.values():
            if revision.proof is Proof.READY:
                ready_count = self.instances.count(revision.name, Phase.READY)
                self.scaling.adopt(revision, ready_count, time.monotonic())
        self._environments = {}
        for revision in self.store.revisions.values():
            # An old one may want what is no longer there; nobody reaches it: `refuse_what_is_missing` saw to that.
            with contextlib.suppress(StartError):
                resolved = environment.resolve(revision, sources, self._base(revision.name))
                self._environments[revision.name] = resolved
        self.publish()
        self.turn_soon()
        return made

    async def wait_for_proof(self, revisions: Sequence[Revision]) -> None:
        """Wait until each has shown that it can serve. Raises StartError with the reasons where one cannot."""
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

    def delete_revision(self, name: RevisionName, *, only_check: bool = False) -> None:
        """Drop a revision. Raises StartError for one that requests reach, and for the newest of its Service."""
        revision = self.store.revisions[name]
        newest = newest_of(revision.service, list(self.store.revisions.values()))
        if name in self._reachable():
            raise StartError("requests reach it", "send them elsewhere first, by its Service's traffic")
        if newest == revision:
            raise StartError("it is the newest of its Service", "delete the Service, or make a newer revision first")
        if only_check:
            return
        self.store.forget(name)
        self.scaling.forget(name)
        self.starts.forget(name)
        self.store.save()
        self.publish()
        self.turn_soon()

    def publish(self) -> None:
        """Bring Envoy's files in step with the revisions."""
        if self.deployment:
            self.front_door.publish(self.deployment, self.store.revisions.values(), self.store.rollouts)

    def _move_traffic(self, deployment: Deployment | None) -> bool:
        """Let gradual rollouts go as far as is due, and begin those of new revisions. True where traffic has moved.

        The caller saves and publishes: what Envoy is told, the next engine must know.
        """
        if deployment is None:
            return False
        before = self.store.rollouts
        self.store.rollouts = rollouts(
            deployment.services.values(),
            self.store.revisions.values(),
            before,
            default_duration_s=deployment.rollout_duration_s,
            now_s=time.time(),
        )
        if any(rollout.moving for rollout in self.store.rollouts.values()):
            self._traffic_moves.set()
        return self.store.rollouts != before

    def replace_instances(self) -> None:
        """Let every instance finish and leave; new ones come from the zygote as it is now."""
        for instance in self.instances.observed():
            if instance.phase in {Phase.STARTING, Phase.READY} and instance.pid:
                self.instances.drain(instance.pid, time.monotonic())
        self.turn_soon()

    def release(self) -> None:
        """Stop turning and leave everything that runs as it is."""
        for task in self._tasks:
            task.cancel()
        self.sources.release()
        self.keeper.send({"goodbye": True})
        self.keeper.close()
        self.zygote.close()
        self._events.close()
        self.home.events_socket.unlink(missing_ok=True)

    def turn_soon(self) -> None:
        self._turn_due.set()

    def services_status(self) -> list[dict[str, object]]:
        """The `services` part of `zerocart status --json`."""
        return [
            view.service(
                service,
                list(self.store.revisions.values()),
                self.home.port,
                lambda revision: view.RevisionState(
                    instances=[each for each in self.instances.observed() if each.revision == revision.name],
                    desired_count=self.desired(revision),
                    load=self.scaling.load(revision.name),
                    cold_starts=self.starts.of(revision.name),
                ),
                self.store.rollouts.get(service.name),
            )
            for service in (self.deployment.services.values() if self.deployment else ())
        ]

    # The turn.

    def _turn(self) -> None:
        if self.deployment is None:
            # What should be is not known yet, so what is stays as it is.
            return
        now_s = time.monotonic()
        observed = Observed(
            listening=self.sockets.listening, watched=self.sockets.watched, instances=self.instances.observed()
        )
        wanted = [
            WantedRevision(
                name=revision.name,
                desired_count=self.desired(revision),
                timeout_s=revision.template.timeout_s,
                start_after_s=self._crashes.start_after_s(revision.name),
            )
            for revision in self.store.revisions.values()
        ]
        for action in reconcile(wanted, observed, now_s):
            match action:
                case Listen(revision=name):
                    self.keeper.send({"keep": name}, self.sockets.open(name))
                case Watch(revision=name):
                    self.sockets.watch(name)
                case Unwatch(revision=name):
                    self.sockets.unwatch(name)
                case Fork(revision=name):
                    self._fork(name, now_s)
                case Drain(pid=pid):
                    self.instances.drain(pid, now_s)
                case Kill(pid=pid):
                    self.instances.kill(pid)
                case Close(revision=name):
                    self.keeper.send({"drop": name})
                    self.sockets.close(name)

    def desired(self, revision: Revision) -> int:
        if revision.proof is Proof.UNPROVEN:
            return max(1, self.scaling.desired(revision.name))
        if revision.proof is Proof.FAILED:
            return 0
        return self.scaling.desired(revision.name)

    def _fork(self, name: RevisionName, now_s: float) -> None:
        revision = self.store.revisions[name]
        if not self.zygote.connected or name not in self._environments:
            return
        self.instances.expect(name, now_s)
        self.starts.asked(name, now_s)
        request = ForkRequest(
            revision=name,
            code_root=str(self.store.folder(name)),
            function=revision.function,
            environment=self._environments[name],
            log=str(self.home.log(revision.service)),
            records=str(self.home.instances),
            events=str(self.home.events_socket),
            timeout_s=revision.template.timeout_s,
            nice=shares.nice_level(revision.template),
        )
        self.zygote.send({"fork": asdict(request)}, self.sockets.get(name))

    def _base(self, name: RevisionName) -> dict[str, str]:
        return environment.base(os.environ, self.home.metrics / name, self.front_door.mesh_port)

    # What happens: each only notes it and asks for a turn.

    def _connection_waits(self, revision: RevisionName) -> None:
        now_s = time.monotonic()
        self.starts.waits(revision, now_s)
        self.scaling.poke(revision, now_s)
        self._turn()

    def _zygote_speaks(self, message: object) -> None:
        match message:
            case {"forked": int(pid), "revision": str(revision)}:
                now_s = time.monotonic()
                self.starts.forked(pid, RevisionName(revision), now_s)
                self.instances.forked(pid, RevisionName(revision), now_s)
                self.turn_soon()

    def _instance_speaks(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                record = json.loads(self._events.recv(4096))
                self._instance_ready(int(record["pid"]), RevisionName(record["revision"]))

    def _instance_ready(self, pid: int, name: RevisionName) -> None:
        now_s = time.monotonic()
        self.starts.ready(pid, name, now_s)
        self.instances.ready(pid, name, now_s)
        self._crashes.forget(name)
        revision = self.store.revisions.get(name)
        if revision and revision.proof is not Proof.READY:
            self._settle(proven(revision))
            self.publish()
        self.turn_soon()

    def _instance_ended(self, pid: int, name: RevisionName, phase: Phase) -> None:
        self.starts.ended(pid)
        if phase in {Phase.STARTING, Phase.READY} and name in self.store.revisions:
            # One that was serving is replaced at once: it was killed, more likely than broken.
            pause_s = self._crashes.add(name, time.monotonic(), had_served=phase is Phase.READY)
            asyncio.get_running_loop().call_later(pause_s, self.turn_soon)
            revision = self.store.revisions[name]
            if revision.proof is Proof.UNPROVEN and self._crashes.count(name) >= MOST_START_CRASHES:
                said = last_lines(self.home.log(revision.service), 40)
                roots = (str(self.store.folder(name)), str(self.home.project))
                self._settle(failed(revision, explain(said, roots) or "its process ended"))
        self.turn_soon()

    def _zygote_gone(self) -> None:
        self.instances.lose_pending()
        self.starts.lose_asked()
        self.turn_soon()

    def _settle(self, revision: Revision) -> None:
        self.store.revisions[revision.name] = revision
        self._move_traffic(self.deployment)
        self.store.save()
        if revision.proof is Proof.READY:
            self.scaling.start(revision, time.monotonic())

        self.on_proof()

        async def tell() -> None:
            async with self._proof_changed:
                self._proof_changed.notify_all()

        self._tasks.append(asyncio.create_task(tell()))

    # The clocks.

    async def _turn_when_due(self) -> None:
        while True:
            # Level-triggered: a turn comes without a reason too, in case one was missed.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._turn_due.wait()
            self._turn_due.clear()
            self._turn()

    async def _sample(self) -> None:
        """Read Envoy's statistics, report once a second, decide every other second."""
        while True:
            busy = self.scaling.busy
            await asyncio.sleep(SAMPLE_BUSY_S if busy else SAMPLE_IDLE_S)
            if not self.instances.pids and not busy:
                # Nothing runs, so nothing can be active; a first connection pokes.
                self.scaling.tick(self._reachable(), self._ready_counts(), time.monotonic())
                continue
            try:
                readings = await asyncio.to_thread(samples.read, self.home.admin_socket)
            except OSError:
                readings = {}
            now_s = time.monotonic()
            for name, reading in readings.items():
                if name in self.store.revisions:
                    self.scaling.observe(name, reading, now_s)
            if self.scaling.tick(self._reachable(), self._ready_counts(), now_s):
                self.turn_soon()

    def _reachable(self) -> frozenset[RevisionName]:
        revisions = list(self.store.revisions.values())
        services = self.deployment.services.values() if self.deployment else ()
        return routed(destinations(services, revisions, self.store.rollouts))

    def _ready_counts(self) -> Callable[[RevisionName], int]:
        return lambda name: self.instances.count(name, Phase.READY)

    async def _roll_out(self) -> None:
        """Take the steps of gradual rollouts when they are due."""
        while True:
            await self._traffic_moves.wait()
            due_at_s = min((each.due_at_s for each in self.store.rollouts.values() if each.moving), default=None)
            if due_at_s is None:
                self._traffic_moves.clear()
                continue
            # Not longer than a second: the clock of the wall may be set, and what is due with it.
            await asyncio.sleep(min(1.0, max(0.0, due_at_s - time.time())))
            if self._move_traffic(self.deployment):
                self.store.save()
                self.publish()
                self.on_proof()

    async def _refresh_keys(self) -> None:
        """Ask the issuer for its keys again and again; soon while there are none, or it did not answer."""
        while True:
            pause_s = KEYS_REFRESH_S
            if self.deployment and self.ready_to_ask_for_keys():
                try:
                    if await self.front_door.refresh_keys(self.deployment):
                        self.publish()
                except OSError:
                    pause_s = 0.5
            else:
                pause_s = 0.05
            await asyncio.sleep(pause_s)

    def ready_to_ask_for_keys(self) -> bool:
        """Whether the functions that hold the keys can answer: every Service has a ready revision."""
        revisions = list(self.store.revisions.values())
        services = self.deployment.services if self.deployment else {}
        return bool(services) and all(latest_ready(name, revisions) for name in services)

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(60.0)
            await asyncio.to_thread(logs.bound, self.home)
