"""The engine: what should run is compared with what runs, again and again, and the difference is carried out.

Here is the wiring and the I/O. What to do is decided elsewhere, in pure functions: `autoscaler` says how many
instances, `rollout` which revisions, `reconciler` which actions. No request passes through this process: when it
is killed, Envoy and the instances serve on, and the next engine takes over what it finds.
"""

import asyncio
import contextlib
import gc
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from knative.local import logs, memory, samples, shares, view
from knative.local.channel import Channel, receive_kept
from knative.local.cold_starts import StartBook
from knative.local.controller import Controller
from knative.local.crashes import MOST_START_CRASHES, Crashes
from knative.local.deployment import Deployment
from knative.local.eventing.sources import Sources
from knative.local.home import Home
from knative.local.instances import InstanceTable
from knative.local.keeper import EngineCommand
from knative.local.model import ConfigurationName, RevisionName, Secret
from knative.local.pods import KILLED_EXIT_CODE, OUT_OF_MEMORY, Pods
from knative.local.processes import identify, last_lines
from knative.local.programs.program import needs_following, probes_of, program_of, to_json
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
from knative.local.rollout import PROGRESS_DEADLINE_EXCEEDED, Proof, Revision, start_within_s
from knative.local.scaling import Scaling
from knative.local.sockets import SocketTable
from knative.local.start_failures import explain
from knative.local.zygote import ForkRequest
from shared.errors import StartError
from shared.timestamps import rfc3339

# Envoy is asked this often while a request waits or runs, and once a second while none does.
SAMPLE_BUSY_S = 0.2
SAMPLE_IDLE_S = 1.0
CONNECT_PATIENCE_S = 20.0
# How often what is garbage among what was taken for lasting goes, while no request waits: it takes a moment.
COLLECT_EVERY_S = 3600.0
# So many new revisions show at once that they can serve; of hundreds the others wait their turn.
MOST_PROVING = 32


class Engine:
    """The state of the loop, between turns, and the edges it acts through."""

    def __init__(self, home: Home, on_failure: Callable[[BaseException], None]) -> None:
        self.home = home
        self._on_failure = on_failure
        self.sockets = SocketTable(home.revision_socket, self._connection_waits)
        self.instances = InstanceTable(home.instances, self._instance_ended)
        self.pods = Pods()
        self.scaling = Scaling()
        self.starts = StartBook()
        self.controller = Controller(home, self.scaling, self.starts, self._ready_count, self.turn_soon)
        self.sources = Sources(self.controller.front_door.mesh_port, on_failure)
        self.zygote = Channel(self._zygote_speaks, self._zygote_gone)
        self.keeper = Channel(lambda _message: None, lambda: None)
        self._crashes = Crashes()
        self._turn_due = asyncio.Event()
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
            self._tidy,
            self.controller.roll_out,
            self.controller.refresh_keys,
            self.controller.publish,
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
            for each in self.instances.observed():
                self.pods.begin(each.pid, each.revision, _began_at(each.pid))
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

    def deploy(
        self, deployment: Deployment, generated: Sequence[Secret], named: Collection[ConfigurationName] | None = None
    ) -> list[Revision]:
        """As `Controller.deploy`, and call what has a clock of its own."""
        made = self.controller.deploy(deployment, generated, named)
        self.sources.configure(
            deployment.ping_sources, deployment.sink_bindings, deployment.services, deployment.broker_keys
        )
        return made

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
        deployment, revisions = self.controller.deployment, list(self.controller.store.revisions.values())
        if deployment is None:
            return []
        leads_to = {each.route: each for each in self.controller.destinations()}
        return [
            view.service(
                service, revisions, [leads_to[service.route.name]] if deployment.makes_route(service) else [],
                self.home.port, self._state,
            )
            for service in deployment.services.values()
        ]  # fmt: skip

    def configurations_status(self) -> list[dict[str, object]]:
        """The `configurations` part: those that no Service makes."""
        deployment, revisions = self.controller.deployment, list(self.controller.store.revisions.values())
        leads_to = self.controller.destinations()
        return [
            view.configuration(configuration, revisions, leads_to, self._state)
            for configuration in (deployment.configurations.values() if deployment else ())
            if configuration.service is None
        ]

    def _state(self, revision: Revision) -> view.RevisionState:
        return view.RevisionState(
            instances=[each for each in self.instances.observed() if each.revision == revision.name],
            desired_count=self.desired(revision),
            load=self.scaling.load(revision.name),
            cold_starts=self.starts.of(revision.name),
        )

    # The turn.

    def _turn(self) -> None:
        if self.controller.deployment is None:
            # What should be is not known yet, so what is stays as it is.
            return
        now_s = time.monotonic()
        observed = Observed(
            listening=self.sockets.listening, watched=self.sockets.watched, instances=self.instances.observed()
        )
        for instance in observed.instances:
            revision = self.controller.store.revisions.get(instance.revision)
            if instance.phase is Phase.READY and revision and revision.proof is Proof.UNPROVEN:
                self.controller.prove(revision.name)  # it was ready while no engine lived, and said so to nobody
        revisions = self.controller.store.revisions.values()
        unproven = [revision.name for revision in revisions if revision.proof is Proof.UNPROVEN]
        for_later = frozenset(unproven[MOST_PROVING:])
        wanted = [
            WantedRevision(
                name=revision.name,
                desired_count=0 if revision.name in for_later else self.desired(revision),
                timeout_s=revision.template.timeout_s,
                start_after_s=self._crashes.start_after_s(revision.name),
                start_within_s=start_within_s(revision),
            )
            for revision in revisions
        ]
        self.pods.drop_waiting({each.name for each in wanted if each.desired_count})
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
                    self._give_up(pid)
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
        revision = self.controller.store.revisions[name]
        if not self.zygote.connected or name not in self.controller.environments:
            return
        self.instances.expect(name, now_s)
        waited_s = self.starts.asked(name, now_s)
        asked_at_s = time.time()
        template, probes = revision.template, probes_of(revision.template)
        request = ForkRequest(
            revision=name,
            code_root=str(self.controller.store.folder(name)),
            function=revision.function,
            environment=self.controller.environments[name],
            log=str(self.home.log(revision.configuration)),
            records=str(self.home.instances),
            events=str(self.home.events_socket),
            address=str(self.home.revision_socket(name)),
            timeout_s=revision.template.timeout_s,
            nice=shares.nice_level(revision.template),
            asked_at_s=asked_at_s,
            waited_at_s=None if waited_s is None else asked_at_s - waited_s,
            program=to_json(program_of(revision.image, template, self.home.ports)) if revision.image else None,
            probes=to_json(probes) if not revision.image and needs_following(probes) else None,
        )
        self.zygote.send({"fork": asdict(request)}, self.sockets.get(name))

    def _give_up(self, pid: int) -> None:
        (late,) = [each for each in self.instances.observed() if each.pid == pid]
        self.instances.kill(pid)
        revision = self.controller.store.revisions.get(late.revision)
        if late.phase is Phase.STARTING and revision and revision.image and revision.proof is Proof.UNPROVEN:
            reason = "Initial scale was never achieved"
            self.controller.fail(late.revision, reason, PROGRESS_DEADLINE_EXCEEDED)

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
                self.pods.begin(pid, RevisionName(revision), _now())
                self.instances.forked(pid, RevisionName(revision), now_s)
                self.turn_soon()

    def _instance_speaks(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                record = json.loads(self._events.recv(4096))
                if "exit_code" in record:
                    self._crashes.note_exit(RevisionName(record["revision"]), int(record["exit_code"]))
                    self.pods.note_end(int(record["pid"]), int(record["exit_code"]))
                    continue
                if "ready" not in record:
                    self.instances.take(int(record["pid"]), record["taking"])
                    self.controller.on_change()
                    continue
                self._instance_ready(int(record["pid"]), RevisionName(record["revision"]))

    def _instance_ready(self, pid: int, name: RevisionName) -> None:
        now_s = time.monotonic()
        self.starts.ready(pid, name, now_s)
        self.pods.begin(pid, name, _now())
        self.instances.ready(pid, name, now_s)
        self._crashes.forget(name)
        self.controller.prove(name)
        self.turn_soon()

    def _instance_ended(self, pid: int, name: RevisionName, phase: Phase) -> None:
        self.starts.ended(pid)
        self.pods.end(pid, name, _now(), was_told=phase in {Phase.DRAINING, Phase.STRAY})
        if phase in {Phase.STARTING, Phase.READY} and name in self.controller.store.revisions:
            # One that was serving is replaced at once: it was killed, more likely than broken.
            pause_s = self._crashes.add(name, time.monotonic(), had_served=phase is Phase.READY)
            asyncio.get_running_loop().call_later(pause_s, self.turn_soon)
            revision = self.controller.store.revisions[name]
            if revision.proof is Proof.UNPROVEN and self._crashes.count(name) >= MOST_START_CRASHES:
                said = last_lines(self.home.log(revision.configuration), 40)
                roots = (str(self.controller.store.folder(name)), str(self.home.project))
                cause = f"ExitCode{self._crashes.exit_code(name)}"
                self.controller.fail(name, explain(said, roots) or "its process ended", cause)
        self.turn_soon()

    def _zygote_gone(self) -> None:
        self.instances.lose_pending()
        self.starts.lose_asked()
        self.turn_soon()

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
                self.scaling.tick(self.controller.reachable(), self._ready_count, time.monotonic())
                continue
            try:
                readings = await asyncio.to_thread(samples.read, self.home.admin_socket)
            except OSError:
                readings = {}
            self._end_who_has_too_much()
            now_s = time.monotonic()
            for name, reading in readings.items():
                if name in self.controller.store.revisions:
                    self.scaling.observe(name, reading, now_s)
            if self.scaling.tick(self.controller.reachable(), self._ready_count, now_s):
                self.turn_soon()

    def _end_who_has_too_much(self) -> None:
        for each in self.instances.observed():
            revision = self.controller.store.revisions.get(each.revision)
            if revision is None or revision.image or not each.pid:
                continue
            limit_bytes = revision.template.container.memory_limit_bytes
            if limit_bytes and (used_bytes := memory.used_bytes(each.pid)) > limit_bytes:
                said = (
                    f"{OUT_OF_MEMORY}: {each.revision} has {used_bytes:,} bytes of memory, its limit is {limit_bytes:,}"
                )
                with self.home.log(revision.configuration).open("a", encoding="utf-8") as log:
                    log.write(f"{said}\n")
                self._crashes.note_exit(each.revision, KILLED_EXIT_CODE)
                self.pods.note_end(each.pid, KILLED_EXIT_CODE, OUT_OF_MEMORY)
                self.instances.kill(each.pid)

    def _ready_count(self, name: RevisionName) -> int:
        return self.instances.ready_count(name)

    async def _tidy(self) -> None:
        collected_at_s = time.monotonic()
        while True:
            await asyncio.sleep(60.0)
            await asyncio.to_thread(logs.bound, self.home)
            if time.monotonic() - collected_at_s > COLLECT_EVERY_S and not self.scaling.busy:
                collected_at_s = time.monotonic()
                gc.unfreeze()
                gc.collect()
                gc.freeze()


def _now() -> str:
    return rfc3339(datetime.now(UTC))


def _began_at(pid: int) -> str:
    """When a process was started that another engine has started; now, where it is gone."""
    try:
        return rfc3339(datetime.fromtimestamp(Path(f"/proc/{pid}").stat().st_mtime, UTC))
    except FileNotFoundError:
        return _now()
