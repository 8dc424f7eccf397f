"""What every figure group is given: a running stack, its processes, and its environment for a baseline beside it."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from knative.local import control, secrets
from knative.local.home import Home
from knative.local.parts import postgres, valkey
from tests.bench.connection import get
from tests.stack import Stack, new_stack
from tests.waiting import wait_until

PRODUCTS = "/api/products"
ZERO_WITHIN_S = 60.0
NEARLY_NEVER = "0 0 29 2 *"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One stack that a benchmark may load as it likes."""

    stack: Stack

    @property
    def port(self) -> int:
        return self.stack.port

    @property
    def home(self) -> Home:
        return Home(root=self.stack.home, project=self.stack.project, port=self.stack.port)

    def status(self) -> dict[str, object]:
        """As `zerocart status --json`, without a process for it, which would disturb what is measured."""
        for answer in control.request(self.home.control_socket, {"op": "status"}):
            if isinstance(answer, dict):
                found: dict[str, object] = answer["result"]
                return found
        raise AssertionError("the engine gave no status")

    def counts(self) -> dict[str, int]:
        """The instances that each service has now."""
        services = self.status()["services"]
        assert isinstance(services, list)
        return {each["name"]: sum(r["instances"] for r in each["revisions"]) for each in services}

    def wait_for_zero(self, *names: str) -> None:
        """Wait until these services, or all, have no instance."""
        wait_until(
            lambda: not any(count for name, count in self.counts().items() if not names or name in names),
            ZERO_WITHIN_S,
            f"{', '.join(names) or 'every service'} at zero",
        )

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """No source calls by the clock meanwhile: what is looked at is a shop that nobody calls, and no tick of one."""
        calling = _ping_sources(self.stack.project)
        try:
            self._apply([{**each, "spec": {**each["spec"], "schedule": NEARLY_NEVER}} for each in calling])
            yield
        finally:
            self._apply(calling)

    def _apply(self, documents: list[dict[str, Any]]) -> None:
        if documents:
            apply(self.stack, documents)

    def pids(self) -> dict[str, int]:
        """The processes that the engine looks after, and itself; what they have started is below them."""
        found = self.status()
        parts = {**found, **found["state"]}  # type: ignore[dict-item]
        names = ("engine", "keeper", "zygote", "gateway", "origin", "broker", "postgres", "redis")
        return {name: int(parts[name]["pid"]) for name in names}  # type: ignore[index]

    def request(self, path: str = PRODUCTS, host: str = "") -> bytes:
        return get(path, f"{host or '127.0.0.1'}:{self.port}")

    def function_environment(self, service: str) -> dict[str, str]:
        """What an instance of a service gets, for the same function started in another way."""
        password = secrets.password_file(self.home).read_text(encoding="utf-8").strip()
        folder = self.home.metrics / f"bench-{service}"
        folder.mkdir(exist_ok=True)
        shop = yaml.safe_load((self.stack.project / "knative/local/manifests/shop-settings.yaml").read_text("utf-8"))
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(self.stack.project),
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": postgres.url(self.home.run, password),
            "REDIS_URL": valkey.url(self.home.run),
            "CONCURRENCY": "8",
            "PROMETHEUS_MULTIPROC_DIR": str(folder),
            "K_SERVICE": service,
            "K_CONFIGURATION": service,
            "K_REVISION": f"{service}-00001",
            **shop["data"],
        }


def say(words: str) -> None:
    """Progress, for a person."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201


@contextmanager
def own_bench(project: Path | None = None) -> Iterator[Bench]:
    """A stack that is not up yet; whatever is up of it at the end is stopped, and its data deleted."""
    stack = new_stack(project) if project else new_stack()
    try:
        yield Bench(stack=stack)
    finally:
        stack.zerocart("clean-data", "--yes")
        stack.http.clear()
        stack.home.parent.rmdir()


def _ping_sources(project: Path) -> list[dict[str, Any]]:
    texts = [file.read_text(encoding="utf-8") for file in sorted(project.glob("functions/*/*.yaml"))]
    documents = [document for text in texts for document in yaml.safe_load_all(text)]
    return [document for document in documents if document["kind"] == "PingSource"]


def apply(stack: Stack, documents: Sequence[Mapping[str, object]], within_s: float = 120.0) -> None:
    """`zerocart apply` of documents made here."""
    stack.run("apply", "-f", "-", given=yaml.safe_dump_all(documents), timeout_s=within_s)
