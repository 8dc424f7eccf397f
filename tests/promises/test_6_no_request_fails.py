"""Promise 6: scaling down, a new revision, a rollback, a restart of the engine's control loop: no request fails.

Also when the zygote or the keeper is killed. A prober that never pauses calls all the while; its events are sent
once, and the gateway does not repeat them either.
"""

import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.promises.customers import Crowd, Reply, call, crowd
from tests.promises.faults import alive, kill_and_wait
from tests.stack import QUICK_AUTOSCALER, Stack, copied_project, new_stack, running
from tests.waiting import wait_until

SERVICE = "record-event"
EVENT = {"specversion": "1.0", "source": "/promises/prober", "type": "promise.kept"}
STRUCTURED = {"content-type": "application/cloudevents+json"}


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    with copied_project() as folder:
        yield folder


@pytest.fixture(scope="module")
def own_stack(project: Path) -> Iterator[Stack]:
    for each in running(new_stack(project)):
        each.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        yield each


class Prober:
    """Calls without a pause; what fails is kept."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.failures: list[Reply] = []

    def things(self) -> dict[str, Callable[[], None]]:
        return {"list": self.read, "event 1": self.write, "event 2": self.write, "event 3": self.write}

    def read(self) -> None:
        self._keep(call(self._stack, "GET", "/api/products?limit=5"), 200)

    def write(self) -> None:
        event = {**EVENT, "id": secrets.token_hex(8)}
        self._keep(call(self._stack, "POST", "/api/events", event, STRUCTURED), 202)

    def _keep(self, reply: Reply, expected: int) -> None:
        if reply.status != expected:
            self.failures.append(reply)


@pytest.fixture
def prober(own_stack: Stack) -> Iterator[Prober]:
    """Nothing that it sends may fail, from before the test's deeds until after them."""
    made = Prober(own_stack)
    yield made
    assert made.failures == []


def goes_on(people: Crowd, count: int = 40) -> None:
    """Wait for that many calls more."""
    wanted = people.total + count
    wait_until(lambda: people.total >= wanted or people.stopping.is_set(), 40, "calls of the prober")


def instance_count(stack: Stack) -> int:
    return len(stack.instance_pids(SERVICE))


def test_while_instances_come_and_go(own_stack: Stack, prober: Prober) -> None:
    more = {f"more {number}": prober.write for number in range(30)}
    with crowd(prober.things()) as people:
        with crowd(more):
            wait_until(lambda: instance_count(own_stack) >= 3, 40, "more instances")
            most = instance_count(own_stack)
            for pid in own_stack.instance_pids(SERVICE)[:3]:
                os.kill(pid, signal.SIGTERM)
                # Well before its requests' timeout: it takes no new ones, though they never pause.
                wait_until(lambda: not alive(pid), 8, "the end of a drained instance")  # noqa: B023
        wait_until(lambda: instance_count(own_stack) == 1, 60, "one instance again")
        goes_on(people)
    assert most >= 3


def test_while_a_new_revision_takes_over_and_is_rolled_back(own_stack: Stack, prober: Prober, project: Path) -> None:
    folder = project / "functions" / "record_event"
    before = own_stack.service(SERVICE)["revisions"][0]["name"]
    with crowd(prober.things()) as people:
        goes_on(people)
        with (folder / "main.py").open("a", encoding="utf-8") as source:
            source.write("# edited\n")
        own_stack.run("up")
        (newest,) = [each for each in own_stack.service(SERVICE)["revisions"] if each["traffic"] == 100]
        assert newest["name"] != before
        wait_until(lambda: all_run(own_stack, newest["name"]), 30, "the end of the old revision's instances")
        goes_on(people)

        manifest = yaml.safe_load((folder / "service.yaml").read_text(encoding="utf-8"))
        manifest["spec"]["traffic"] = [{"revisionName": before, "percent": 100}]
        own_stack.run("apply", "-f", "-", given=yaml.safe_dump(manifest))
        wait_until(lambda: all_run(own_stack, before), 30, "the end of the new revision's instances")
        goes_on(people)


def all_run(stack: Stack, revision: str) -> bool:
    """Whether the service has instances, and all of one revision."""
    counts = {each["name"]: each["instances"] for each in stack.service(SERVICE)["revisions"] if each["instances"]}
    return set(counts) == {revision}


@pytest.mark.parametrize("role", ["engine", "zygote", "keeper"])
def test_while_the_control_loop_is_killed_and_comes_back(own_stack: Stack, prober: Prober, role: str) -> None:
    with crowd(prober.things()) as people:
        goes_on(people)
        pids = set(own_stack.instance_pids(SERVICE))
        kill_and_wait(own_stack, role)
        goes_on(people)
        assert set(own_stack.instance_pids(SERVICE)) == pids, "the instances serve on"
        assert own_stack.instance_count(SERVICE) == len(pids), "and are known"
