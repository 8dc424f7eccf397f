"""The engine's process: brings the parts up in order, answers the command line, looks after what dies.

Everything it starts outlives it. `up` starts what is missing and takes over what is there, so it goes on from
wherever an earlier one was stopped.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import gateway.istio
from knative.local import control_server, launch, secrets, storefront
from knative.local.api.engine_cluster import EngineCluster
from knative.local.api.server import ApiServer
from knative.local.control import Step, Tell
from knative.local.deployment import (
    MAKERS,
    Deployment,
    Readings,
    check,
    parse_texts,
    project_paths,
    read_paths,
    refuse_unknown_images,
)
from knative.local.engine import Engine
from knative.local.eventing.brokers import Brokers
from knative.local.home import Home
from knative.local.model import ConfigurationName, Namespace, RevisionName, RouteName, Secret
from knative.local.objects.json_values import Object
from knative.local.operations.desk import Desk
from knative.local.parts import origin, postgres, valkey
from knative.local.parts.part import Part, Recipe
from knative.local.processes import Records, identify, last_lines, wait_until_reaped
from knative.local.rollout import CONTAINER_MISSING
from knative.local.store import Key, Proposal
from shared.errors import StartError, ZerocartError
from shared.yaml_documents import Node

MODULE = "knative.local"
# Between two tries of an engine that has found a stack, and could not bring up all of it.
RESUME_PAUSE_S = 2.0
LONGEST_RESUME_PAUSE_S = 30.0


class Daemon:
    """One stack's engine and parts, and the operations that the command line asks for."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.records = Records(home.run)
        self.engine = Engine(home, self._fail)
        self.postgres = Part(self._postgres, self.records)
        self.valkey = Part(self._valkey, self.records)
        self.origin = Part(self._origin, self.records)
        self.keeper = Part(self._keeper, self.records, self._keeper_restarted)
        self.zygote = Part(self._zygote, self.records, self._zygote_restarted)
        self.envoy = Part(self.engine.controller.front_door.recipe, self.records)
        self.brokers = Brokers(home, self.records, self.engine.controller.front_door.mesh_port)
        self._parts = (
            self.keeper, self.postgres, self.valkey, self.origin, self.zygote, self.envoy, self.brokers.part
        )  # fmt: skip
        self._generated: tuple[Secret, ...] = ()
        self._readings = Readings()
        cluster = EngineCluster(
            self.engine,
            is_up=lambda: self._up,
            is_broker_running=lambda: self.brokers.part.ready,
            secrets=lambda: self._generated,
            write=self._write_objects,
            import_revision=self._import_revision,
        )
        self.api = ApiServer(home, cluster)
        self.operations = Desk(
            home,
            key=lambda: secrets.operations_key(home),
            status=self._everything,
            cluster=cluster,
            kill=self.engine.instances.kill,
            redis=self.valkey,
        )
        self.engine.controller.on_change = self.api.look
        self._stopped = asyncio.Event()
        self._busy = asyncio.Lock()
        self._up = False
        self._failure: BaseException | None = None
        self._background: asyncio.Task[None] | None = None
        self._code_digest = home.code_digest(*launch.ENGINE_PACKAGES)

    async def run(self, *, resume: bool) -> None:
        """Answer until told to quit."""
        identity = identify(os.getpid())
        assert identity is not None
        self.engine.start()
        server = await control_server.serve(self.home.control_socket, self._answer)
        self.api.start()
        await self.operations.start()
        (self.home.run / "engine.digest").write_text(self._code_digest, encoding="ascii")
        self.records.write("engine", identity)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stopped.set)
        if resume:
            await self._resume()
        await self._stopped.wait()
        if self._failure:
            # Without a goodbye: the keeper takes it for killed, and starts another one.
            raise self._failure
        server.close()
        await self.api.stop()
        await self.operations.stop()
        for part in self._parts:
            part.release()
        self.engine.release()
        self.home.control_socket.unlink(missing_ok=True)
        self.records.forget("engine")

    async def _answer(self, request: dict[str, Any], tell: Tell) -> object:
        operations: dict[str, Callable[[dict[str, Any], Tell], Awaitable[object]]] = {
            "up": self._bring_up_or_leave,
            "apply": self._apply,
            "reload": self._reload,
            "images": self._take_images,
            "status": self._status,
            "quit": self._quit,
        }
        operation = operations.get(str(request.get("op")))
        if operation is None:
            raise ZerocartError(
                f'the engine does not know "{request.get("op")}"',
                "it is of another version: `zerocart down`, then `up`",
            )
        return await operation(request, tell)

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        self._stopped.set()

    async def _resume(self) -> None:
        def log(step: Step) -> None:
            print(step.text, file=sys.stderr, flush=True)  # noqa: T201 - the engine's log

        pause_s = RESUME_PAUSE_S
        while not self._up and not self._stopped.is_set():
            try:
                await self._bring_up({}, log)
            except ZerocartError as error:
                # The next `up` says it to a person; what runs serves on. But a part that was too slow, on a machine
                # that was too busy, would stay away until then, with all that stands on it.
                print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr, flush=True)  # noqa: T201
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopped.wait(), pause_s)
                pause_s = min(2 * pause_s, LONGEST_RESUME_PAUSE_S)

    # Operations.

    async def _bring_up_or_leave(self, request: dict[str, Any], tell: Tell) -> object:
        try:
            return await self._bring_up(request, tell)
        finally:
            if not any(part.ready for part in self._parts):
                # Refused before anything was started: an engine with nothing to look after goes too.
                self._stopped.set()

    async def _bring_up(self, _request: dict[str, Any], tell: Tell) -> object:
        async with self._busy:
            began_s = time.monotonic()
            store = self.engine.controller.store
            documents = await asyncio.to_thread(read_paths, project_paths(self.home), self.home)
            proposal = store.propose(documents, from_project=True)
            generated = self._generated = secrets.prepare(self.home, datetime.now(UTC))
            deployment = await self._check(proposal, generated)
            refuse_unknown_images(deployment, documents, self.home)
            store.accept(proposal)
            count = len(deployment.services)
            text = f"Read {count} services, {len(documents) - count} other manifests"
            tell(Step(text=text, took_s=time.monotonic() - began_s))
            await self._ensure(self.keeper, tell)
            if not self.engine.keeper.connected:
                await self.engine.connect_keeper()
            database = asyncio.create_task(self._bring_up_database(tell))
            published = asyncio.create_task(self._bring_up_storefront(tell))
            failures: Sequence[BaseException] = ()
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._ensure(self.valkey, tell))
                    group.create_task(self._bring_up_zygote(tell))
                    if deployment.brokers:
                        group.create_task(self._ensure(self.brokers.part, tell))
            except* ZerocartError as errors:
                failures = errors.exceptions
            if failures:  # raised in there, Python before 3.11.4 would hand on a group of it
                await asyncio.wait([database, published])
                raise failures[0]
            await database
            began_s = time.monotonic()
            await self.brokers.configure(deployment)
            made = self.engine.deploy(deployment, generated)
            await self.engine.controller.wait_for_envoy()
            await self._ensure(self.envoy, tell)
            await self.engine.controller.wait_for_proof(made)
            if made:
                words = "1 revision, it has" if len(made) == 1 else f"{len(made)} revisions, each has"
                tell(Step(text=f"Made {words} started once", took_s=time.monotonic() - began_s))
            await self._await_keys()
            self._up = True
            await published
            return {"mesh_port": self.engine.controller.front_door.mesh_port}

    async def _bring_up_database(self, tell: Tell) -> None:
        was_running = await self._ensure(self.postgres, tell)
        marker = self.home.root / "data-prepared"
        wanted = self.home.code_digest(
            "shared/migrations", "knative/local/data", "knative/local/retail", "frontend/catalogue"
        )
        if was_running and marker.exists() and marker.read_text(encoding="ascii") == wanted:
            return
        began_s = time.monotonic()
        output = await _run_to_end(
            [sys.executable, "-m", MODULE, "prepare-data"],
            {**os.environ, "DATABASE_URL": self._database_url()},
            "the database could not be prepared",
        )
        marker.write_text(wanted, encoding="ascii")
        tell(Step(text=output.strip() or "Prepared the database", took_s=time.monotonic() - began_s))

    async def _bring_up_storefront(self, tell: Tell) -> None:
        await self._ensure(self.origin, tell)
        # Once: what was rolled back by hand stays rolled back until there is something new to publish.
        marker = storefront.origin_folder(self.home) / "published"
        wanted = await asyncio.to_thread(storefront.digest, self.home)
        if marker.exists() and marker.read_text(encoding="ascii") == wanted:
            return
        began_s = time.monotonic()
        output = await _run_to_end(
            [
                sys.executable,
                "-m",
                "frontend.publish",
                "--make-bucket",
                str(storefront.release_folder(self.home.project)),
            ],
            storefront.environment(self.home, os.environ),
            "the storefront could not be published; what it served before, it serves",
        )
        marker.write_text(wanted, encoding="ascii")
        tell(Step(text=output.strip(), took_s=time.monotonic() - began_s))

    async def _bring_up_zygote(self, tell: Tell) -> None:
        digest = await asyncio.to_thread(self.home.code_digest, "shared")
        found = self.records.find("zygote")
        marker = self.home.run / "zygote.digest"
        if found is not None and marker.exists() and marker.read_text(encoding="ascii") != digest:
            # The common library was edited: a new zygote has it, and new instances come from that one. The old one
            # goes only when the edit is known to load.
            await _run_to_end(
                [sys.executable, "-m", MODULE, "zygote", "--check"],
                {**os.environ, "PYTHONPATH": str(self.home.project)},
                "shared/ was edited and does not load; what ran before still runs",
            )
            await self.zygote.ensure()
            await self._reload_zygote()
            marker.write_text(digest, encoding="ascii")
            tell(Step(text="Loaded the zygote again, shared/ was changed", took_s=0.0))
            return
        marker.write_text(digest, encoding="ascii")
        await self._ensure(self.zygote, tell)
        if not self.engine.zygote.connected:
            await self.engine.connect_zygote()

    async def _bring_up_broker(self, deployment: Deployment, tell: Tell) -> None:
        """Have the broker run where there is a Broker, and tell it what there is before anyone is sent there."""
        if deployment.brokers and not self.brokers.part.ready:
            await self._ensure(self.brokers.part, tell)
        await self.brokers.configure(deployment)

    async def _reload_zygote(self) -> None:
        found = self.records.find("zygote")
        if not self.engine.zygote.connected:
            await self.engine.connect_zygote()
        before = self.zygote.restart_count
        if found is not None:
            os.kill(found.pid, signal.SIGTERM)
        deadline_s = time.monotonic() + 20.0
        while self.zygote.restart_count == before or not self.engine.zygote.connected:
            if time.monotonic() > deadline_s:
                raise StartError("the zygote did not come back", last_lines(self.home.log("zygote")))
            await asyncio.sleep(0.02)
        self.engine.replace_instances()

    async def _check(self, proposal: Proposal, generated: Sequence[Secret]) -> Deployment:
        """The proposal as a whole, refused where any reader, or Envoy, has something against it."""
        absent = [
            (Namespace(key.namespace), RouteName(key.name))
            for key in proposal.absent
            if key.kind in {"Service", "Route"}
        ]
        deployment = check(list(proposal.documents.values()), self.home, absent, self._readings)
        self.engine.controller.refuse_what_is_missing(deployment, generated)
        if any(key.kind in gateway.istio.KINDS for key in proposal.changed):
            await asyncio.to_thread(
                self.engine.controller.front_door.refuse_what_envoy_refuses,
                deployment,
                list(self.engine.controller.store.revisions.values()),
                self.engine.controller.destinations_of(deployment.routes.values()),
            )
        return deployment

    async def _await_keys(self) -> None:
        deadline_s = time.monotonic() + 10.0
        while not self.engine.controller.front_door.has_keys and time.monotonic() < deadline_s:
            await asyncio.sleep(0.01)

    async def _apply(self, request: dict[str, Any], tell: Tell) -> object:
        """Take over the documents of a request: `files` is a list of name and text."""
        async with self._busy:
            if not self._up:
                raise StartError("the stack is not up", "`zerocart up` first")
            began_s = time.monotonic()
            documents = parse_texts(request["files"])
            store = self.engine.controller.store
            proposal = store.propose(documents, from_project=False)
            generated = self._generated = secrets.prepare(self.home, datetime.now(UTC))
            deployment = await self._check(proposal, generated)
            refuse_unknown_images(deployment, documents, self.home)
            store.accept(proposal)
            await self._bring_up_broker(deployment, tell)
            made = self.engine.deploy(deployment, generated, _configurations_of(documents))
            await self.engine.controller.wait_for_proof(made)
            for revision in made:
                tell(Step(text=f"Made {revision.name}, it serves", took_s=time.monotonic() - began_s))
            return {
                "objects": len(documents),
                "changed": [str(key) for key in proposal.changed],
                "revisions": [each.name for each in made],
            }

    async def _reload(self, _request: dict[str, Any], tell: Tell) -> object:
        """Let functions start with the common library as it is now. Raises StartError where that does not load."""
        async with self._busy:
            if not self._up:
                raise StartError("the stack is not up", "`zerocart up` first")
            await self._bring_up_zygote(tell)
            return {}

    async def _take_images(self, _request: dict[str, Any], tell: Tell) -> object:
        """Images were added: what waited for one of them starts."""
        async with self._busy:
            if not self._up:
                return {"revisions": []}
            began_s = time.monotonic()
            store = self.engine.controller.store
            waiting = {each.configuration for each in store.revisions.values() if each.cause == CONTAINER_MISSING}
            proposal = store.propose([], from_project=False)
            deployment = await self._check(proposal, self._generated)
            made = self.engine.deploy(deployment, self._generated, waiting)
            for revision in made:
                tell(Step(text=f"Made {revision.name}", took_s=time.monotonic() - began_s))
            return {"revisions": [each.name for each in made]}

    async def _write_objects(
        self, documents: list[Node], gone: list[Key], managers: dict[Key, tuple[Object, ...]], only_check: bool
    ) -> None:
        """What the API writes: taken over like `apply`, but without waiting for what comes of it."""
        async with self._busy:
            if not self._up:
                raise StartError("the stack is not up", "`zerocart up` first")
            for key in gone:
                if key.kind == "Revision":
                    self.engine.controller.delete_revision(RevisionName(key.name), only_check=only_check)
            documents_gone = [key for key in gone if key.kind != "Revision"]
            if not documents and not documents_gone:
                return
            store = self.engine.controller.store
            proposal = store.propose(documents, from_project=False, gone=documents_gone)
            deployment = await self._check(proposal, self._generated)
            if only_check:
                return
            store.accept(proposal, managers)
            await self._bring_up_broker(deployment, lambda _: None)
            self.engine.deploy(deployment, self._generated, _configurations_of(documents))

    async def _import_revision(self, maker: Node, only_check: bool) -> None:
        """What the API imports: a revision of a Service or a Configuration, as its template in place of the own one."""
        async with self._busy:
            proposal = self.engine.controller.store.propose([maker], from_project=False)
            deployment = await self._check(proposal, self._generated)
            if not only_check:
                name = ConfigurationName(maker.text("metadata", "name"))
                self.engine.controller.import_revision(name, deployment, self._generated)

    async def _status(self, _request: dict[str, Any], _tell: Tell) -> object:
        return await self._everything()

    async def _everything(self) -> dict[str, object]:
        return {
            "services": self.engine.services_status(),
            "configurations": self.engine.configurations_status(),
            "sources": self.engine.sources.status(),
            "brokers": await self.brokers.status(),
            "state": {
                "postgres": _part_status(self.postgres, str(postgres.socket_path(self.home.run))),
                "redis": _part_status(self.valkey, str(valkey.socket_path(self.home.run))),
            },
            "origin": _part_status(self.origin, str(origin.socket_path(self.home.run))),
            "gateway": _part_status(self.envoy, f"http://localhost:{self.home.port}"),
            "keeper": _part_status(self.keeper, str(self.home.keeper_socket)),
            "zygote": _part_status(self.zygote, str(self.home.zygote_socket)),
            "broker": _part_status(self.brokers.part, str(self.home.broker_ingress_socket)),
            "engine": {"ready": self._up, "pid": os.getpid(), "address": str(self.home.control_socket)},
        }

    async def _quit(self, _request: dict[str, Any], _tell: Tell) -> object:
        self._stopped.set()
        return {}

    # Parts.

    async def _ensure(self, part: Part, tell: Tell) -> bool:
        began_s = time.monotonic()
        was_running = await part.ensure()
        assert part.recipe is not None
        words = f"{part.recipe.title}, was running" if was_running else part.recipe.title
        tell(Step(text=f"Started {words}", took_s=time.monotonic() - began_s))
        return was_running

    def _database_url(self) -> str:
        return postgres.url(self.home.run, secrets.password_file(self.home).read_text(encoding="utf-8").strip())

    def _postgres(self) -> Recipe:
        data = self.home.root / "postgres"
        postgres.prepare(data, socket_folder=self.home.run, password_file=secrets.password_file(self.home))
        if (before := postgres.last_pid(data)) is not None:
            # It was killed and nobody has reaped it yet; a new one would take it for alive.
            wait_until_reaped(before, timeout_s=10.0)
        return Recipe(
            role="postgres", title="Postgres", command=postgres.command(data), log=self.home.log("postgres"),
            folder=self.home.root, accepts=lambda: postgres.accepts(self.home.run),
        )  # fmt: skip

    def _valkey(self) -> Recipe:
        file = valkey.prepare(self.home.root / "valkey", socket_folder=self.home.run)
        return Recipe(
            role="valkey", title="Valkey", command=valkey.command(file), log=self.home.log("valkey"),
            folder=self.home.root, accepts=lambda: valkey.accepts(self.home.run),
        )  # fmt: skip

    def _origin(self) -> Recipe:
        data, secret = storefront.origin_folder(self.home), self.home.secrets
        if self.records.find("origin") is None:
            origin.prepare(data, secrets_folder=secret, key=secrets.origin_key(self.home), now=datetime.now(UTC))
        return Recipe(
            role="origin", title="the storefront's origin", log=self.home.log("origin"), folder=self.home.root,
            command=origin.command(data, socket_folder=self.home.run, secrets_folder=secret),
            accepts=lambda: origin.accepts(self.home.run),
            environment=origin.environment(data, secrets_folder=secret, around=os.environ),
        )  # fmt: skip

    def _keeper(self) -> Recipe:
        if self.records.find("keeper") is None:
            self.home.keeper_socket.unlink(missing_ok=True)
        return Recipe(
            role="keeper", title="the keeper",
            command=[sys.executable, "-m", MODULE, "keeper", str(self.home.keeper_socket)],
            log=self.home.log("keeper"), folder=self.home.project, accepts=self.home.keeper_socket.exists,
        )  # fmt: skip

    def _keeper_restarted(self) -> None:
        self._background = asyncio.create_task(self.engine.connect_keeper())

    def _zygote(self) -> Recipe:
        if self.records.find("zygote") is None:
            self.home.zygote_socket.unlink(missing_ok=True)
        return Recipe(
            role="zygote", title="the zygote",
            command=[sys.executable, "-m", MODULE, "zygote", str(self.home.zygote_socket)],
            log=self.home.log("zygote"), folder=self.home.root, accepts=self.home.zygote_socket.exists,
            patience_s=60.0,  # it imports all that functions need: a second, or many on a machine that is busy
            # Functions get their environment with each fork; the zygote's own must hold nothing of theirs.
            environment={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8",
                         "PYTHONPATH": str(self.home.project),
                         "PROMETHEUS_MULTIPROC_DIR": str(self.home.metrics)},
        )  # fmt: skip

    def _zygote_restarted(self) -> None:
        self._background = asyncio.create_task(self.engine.connect_zygote())


def _configurations_of(documents: Sequence[Node]) -> set[ConfigurationName]:
    """Those whose code is looked at when the documents are applied: of others it may have been edited, and waits."""
    return {ConfigurationName(each.text("metadata", "name")) for each in documents if each.text("kind") in MAKERS}


def _part_status(part: Part, address: str) -> dict[str, object]:
    return {
        "ready": part.ready,
        "pid": part.identity.pid if part.identity else None,
        "address": address,
        "restarts": part.restart_count,
    }


async def _run_to_end(command: list[str], environment: dict[str, str], failure: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    if process.returncode != 0:
        said = errors.decode(errors="replace").strip()
        print(said, file=sys.stderr, flush=True)  # noqa: T201 - the engine's log
        last_line = said.rpartition("\n")[2]
        raise StartError(f"{failure}: {last_line}", "`zerocart logs engine` has all that it said")
    return output.decode()


def main(home: Home, *, resume: bool) -> None:
    """Be the engine of a stack, unless another process is.

    Args:
        resume: an engine before this one was killed: take over what runs without being asked.
    """
    home.make_folders()
    if resume and (launch.held(home) or Records(home.run).find("keeper") is None):
        # A person's `up` or `down` is at work, or was meanwhile: that one decides.
        return
    with (home.root / "engine.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        asyncio.run(Daemon(home).run(resume=resume))
