"""What Envoy is told, and how often: here none runs, so what it would be told is looked at."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knative.local import controller as controllers
from knative.local import secrets
from knative.local.cold_starts import StartBook
from knative.local.controller import Controller
from knative.local.deployment import Deployment, check, project_paths, read_paths
from knative.local.home import Home
from knative.local.model import Destination
from knative.local.rollout import Proof, Revision
from knative.local.scaling import Scaling
from shared.yaml_documents import Complaints, Node, read_text
from tests.stack import PROJECT

ONE_MORE = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: one-more}
spec: {template: {spec: {containers: [{image: dev.local/get-jwks}]}}}
"""


class Told:
    """What Envoy was told: each time, the revisions of one Service that were ready."""

    def __init__(self, controller: Controller, service: str) -> None:
        self.ready: list[list[str]] = []

        async def publish(
            _: Deployment, revisions: Iterable[Revision], _leads_to: Iterable[Destination], _new: Callable[[], bool]
        ) -> bool:
            ready = [each.name for each in revisions if each.service == service and each.proof is Proof.READY]
            self.ready.append(list(map(str, ready)))
            return True

        controller.front_door.publish = publish  # type: ignore[assignment, method-assign]


def with_one_more(controller: Controller, home: Home, then: Callable[[Controller, Told], Awaitable[None]]) -> None:
    """Deploy the shop, and when Envoy has been told of it, one Service more."""
    home.make_folders()
    complaints = Complaints()
    documents: list[Node] = read_paths(project_paths(home), home)
    generated = secrets.prepare(home, datetime.now(UTC))

    async def run() -> None:
        publishing = asyncio.create_task(controller.publish())
        controller.deploy(check(documents, home), generated)
        await controller.wait_for_envoy()
        told = Told(controller, "one-more")
        more = check([*documents, *read_text(ONE_MORE, "one-more.yaml", complaints)], home)
        controller.deploy(more, generated, {"one-more"})  # type: ignore[arg-type]
        await then(controller, told)
        publishing.cancel()

    asyncio.run(run())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(root=tmp_path / "home", project=PROJECT, port=8080)


@pytest.fixture
def controller(home: Home) -> Controller:
    home.make_folders()
    return Controller(home, Scaling(), StartBook(), lambda _: 0, lambda: None)


def test_a_revision_that_is_ready_in_a_moment_is_told_to_envoy_once(
    controller: Controller, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controllers, "SHOWS_WITHIN_S", 30.0)

    async def then(controller: Controller, told: Told) -> None:
        await asyncio.sleep(0)
        controller.prove("one-more-00001")  # type: ignore[arg-type]
        await controller.wait_for_envoy()
        assert told.ready == [["one-more-00001"]]

    with_one_more(controller, home, then)


def test_one_that_takes_longer_is_told_of_without_it_so_that_its_host_is_known(
    controller: Controller, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controllers, "SHOWS_WITHIN_S", 0.01)

    async def then(controller: Controller, told: Told) -> None:
        await controller.wait_for_envoy()
        assert told.ready == [[]]
        controller.prove("one-more-00001")  # type: ignore[arg-type]
        await controller.wait_for_envoy()
        assert told.ready == [[], ["one-more-00001"]]

    with_one_more(controller, home, then)
