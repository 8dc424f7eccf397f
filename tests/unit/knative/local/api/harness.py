"""An API over an engine that runs no process: what is written is checked, kept and deployed as always, and a
revision is ready when the test says so."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knative.local.api.app import Api
from knative.local.api.engine_cluster import EngineCluster
from knative.local.api.history import History
from knative.local.daemon import Daemon
from knative.local.home import Home
from knative.local.model import RevisionName, Secret
from knative.local.objects.json_values import Json, Object

SERVING = "/apis/serving.knative.dev/v1/namespaces/shop"
SERVICES = f"{SERVING}/services"
CONFIG_MAPS = "/api/v1/namespaces/shop/configmaps"
TOKEN = "let me in"
JSON = "application/json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    code: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found


class Stack:
    """One engine and its API, within a test's loop."""

    def __init__(self, home: Home) -> None:
        self.daemon = Daemon(home)
        self.engine = self.daemon.engine
        self.made_secrets: tuple[Secret, ...] = ()
        # As after `up`, without the parts that `up` starts.
        self.daemon._up = True
        self.cluster = EngineCluster(
            self.engine,
            is_up=lambda: self.daemon._up,
            is_broker_running=lambda: True,
            secrets=lambda: self.made_secrets,
            write=self.daemon._write_objects,
            import_revision=self.daemon._import_revision,
        )
        self.history = History(100)
        self.api = Api(self.cluster, self.history, token=TOKEN, address="127.0.0.1:1")

    async def call(
        self, method: str, path: str, body: object = None, *, accept: str = JSON, content_type: str = JSON,
        token: str = TOKEN,
    ) -> Reply:  # fmt: skip
        """One request, answered whole."""
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        await self.api(_scope(method, path, accept, content_type, token), _receiver(content), send)
        start, *rest = sent
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(code=start["status"], headers=headers, content=b"".join(each["body"] for each in rest))

    async def get(self, path: str, *, accept: str = JSON) -> dict[str, Any]:
        """What is at a path that must be there."""
        found = await self.call("GET", path, accept=accept)
        assert found.code == 200, found.content
        return found.body

    async def create(self, path: str, document: object) -> dict[str, Any]:
        made = await self.call("POST", path, document)
        assert made.code == 201, made.content
        return made.body

    async def patch(self, path: str, patch: object, content_type: str = MERGE) -> dict[str, Any]:
        patched = await self.call("PATCH", path, patch, content_type=content_type)
        assert patched.code in {200, 201}, patched.content
        return patched.body

    @asynccontextmanager
    async def watch(self, path: str, *, accept: str = JSON) -> AsyncIterator["Watched"]:
        """Events as they come, until the block ends: then the client leaves."""
        watched = Watched()
        task = asyncio.create_task(self.api(_scope("GET", path, accept, JSON, TOKEN), watched.receive, watched.send))
        try:
            yield watched
        finally:
            watched.leave()
            await asyncio.wait_for(task, 10)

    def ready(self, revision: str) -> None:
        """A revision shows that it can serve."""
        self.engine.controller.prove(RevisionName(revision))
        self.engine.controller.on_change()

    def broken(self, revision: str, reason: str) -> None:
        """A revision shows that it cannot."""
        self.engine.controller.fail(RevisionName(revision), reason)
        self.engine.controller.on_change()


class Watched:
    """The client's side of a watch."""

    def __init__(self) -> None:
        self.code = 0
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.code = message["status"]
        for line in message.get("body", b"").splitlines():
            self._events.put_nowait(json.loads(line))

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._events.get(), 10)

    def leave(self) -> None:
        self._left.set()


def service(name: str = "hello", **spec: Json) -> Object:
    """A Service of a function that the harness's project has."""
    template: Object = {"spec": {"containers": [{"image": "dev.local/zerocart/hello"}]}}
    return {
        "apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"template": template, **spec},
    }  # fmt: skip


def config_map(name: str = "settings", **data: Json) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def run(folder: Path, test: Callable[[Stack], Awaitable[None]]) -> None:
    """Run a test with a stack of its own, in a loop of its own."""
    home = Home(root=folder / "home", project=folder / "project", port=8080)
    home.root.mkdir()
    home.make_folders()
    function = home.project / "functions" / "hello"
    function.mkdir(parents=True)
    (function / "main.py").write_text("# version 1\n")

    async def within() -> None:
        stack = Stack(home)
        stack.engine.deploy(
            await stack.daemon._check(stack.engine.controller.store.propose([], from_project=False), ()), ()
        )
        try:
            await test(stack)
        finally:
            stack.engine.release()

    asyncio.run(within())


def _scope(method: str, path: str, accept: str, content_type: str, token: str) -> dict[str, Any]:
    where, _, query = path.partition("?")
    headers = {"accept": accept, "content-type": content_type, "authorization": f"Bearer {token}"}
    return {
        "type": "http", "method": method, "path": where, "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip


def _receiver(content: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    messages = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not messages:
            # The client stays, and says no more.
            await asyncio.Event().wait()
        return messages.pop()

    return receive
