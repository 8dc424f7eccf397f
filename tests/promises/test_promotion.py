"""A new revision takes the requests over step by step, under load: none is lost, and a bad one is taken back by itself.

The load comes at its rate whatever the shop does: 200 requests a second, or a quarter of what one
caller gets answered where the machine is too busy for that.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3

from knative.local.burst.connection import get
from knative.local.burst.open_loop import open_loop
from tests.stack import QUICK_AUTOSCALER, Stack, copied_project, new_stack, running
from tests.waiting import wait_until

SERVICE = "list-products"
MOST_RATE = 200
# So few requests have no p99 worth the name: a grace that only what is meant to be slow goes beyond.
QUICK = (
    "--step-seconds", "2", "--least-requests", "5", "--longest-step-seconds", "300", "--p99-grace-ms", "2000",
)  # fmt: skip
pytestmark = pytest.mark.timeout(900)
_END = 'then Age and Warning say so.\n    """\n'
BODY = "    cached = store.read_page(call.query)\n"
FAILING = '    raise RuntimeError("a bad revision")\n'
SLOW = "    import time\n    time.sleep(4)\n"


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    with copied_project() as folder:
        yield folder


@pytest.fixture(scope="module")
def own_stack(project: Path) -> Iterator[Stack]:
    for each in running(new_stack(project)):
        each.run("apply", "-f", "-", given=QUICK_AUTOSCALER)
        each.run("promote", SERVICE, "--pin")
        yield each


@pytest.fixture(autouse=True)
def settled(own_stack: Stack) -> None:
    """Nothing is under way when a test begins, however the one before ended."""
    if len(shares(own_stack)) > 1:
        own_stack.run("rollback", SERVICE)


class Load:
    """Requests at a rate, from its beginning to its end, and what they were answered with."""

    def __init__(self, stack: Stack) -> None:
        self.rate = _rate(stack)
        # About one request a second at first: of less there is none within a test's time, and of more one instance that
        # is slow has too many.
        first = max(1, min(20, round(100 / self.rate)))
        self.steps = [first, *(percent for percent in (5, 25, 50, 100) if percent > first)]
        self.statuses: Counter[int] = Counter()
        self._over = threading.Event()
        request = get("/api/products?limit=5", "localhost")
        # An endless row of the same request, until it is over.
        requests = iter(lambda: None if self._over.is_set() else request, None)
        self._thread = threading.Thread(
            target=open_loop, args=(stack.port, requests, self), kwargs={"rate": self.rate, "for_s": 3600.0}
        )

    def __enter__(self) -> "Load":
        self._thread.start()
        wait_until(lambda: self.statuses[200] >= self.rate, 60, "a second's answers")
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def sent(self, at_s: float, late_s: float) -> None: ...

    def turned(self, at_s: float) -> None: ...

    def answered(self, at_s: float, status: int, latency_s: float) -> None:
        self.statuses[status] += 1

    def goes_on(self) -> None:
        """Wait for the answers of two seconds more."""
        wanted = self.statuses.total() + 2 * self.rate
        wait_until(lambda: self.statuses.total() >= wanted, 60, "more answers")


def _rate(stack: Stack) -> float:
    """What is wanted, or a quarter of what one caller after the other gets answered."""
    began_s, count = time.monotonic(), 0
    while (elapsed_s := time.monotonic() - began_s) < 3.0 or count < 20:
        assert stack.call("GET", "/api/products?limit=5").status == 200
        count += 1
    return min(MOST_RATE, count / elapsed_s / 4)


def shares(stack: Stack) -> dict[str, int]:
    return {each["name"]: each["traffic"] for each in stack.service(SERVICE)["revisions"] if each["traffic"]}


def serving(stack: Stack) -> str:
    (name,) = shares(stack)
    return name


def apply_edited(stack: Stack, project: Path, before_body: str) -> str:
    """Make a revision with some code before the function's own; gives its name. It waits at 0 %."""
    file = project / "functions" / "list_products" / "main.py"
    head, _, body = file.read_text(encoding="utf-8").partition(_END)
    file.write_text(f"{head}{_END}{before_body}{body[body.index(BODY) :]}", encoding="utf-8")
    stable = serving(stack)
    output = stack.run("apply", "-f", str(file.with_name("service.yaml")))
    assert serving(stack) == stable, "who applies sends no requests to what he applies"
    return output.partition("Made revision ")[2].split()[0]


def promoted(stack: Stack, load: Load, code: int = 0) -> dict[str, Any]:
    done = stack.zerocart("promote", SERVICE, "--json", *QUICK, *steps(load), timeout_s=800.0)
    assert done.code == code, done
    found: dict[str, Any] = json.loads(done.output)
    return found


def steps(load: Load) -> tuple[str, str]:
    return "--steps", ",".join(map(str, load.steps))


def at_tag(stack: Stack, tag: str) -> int:
    """The status of one request at the host of a tag."""
    host = f"{tag}-{SERVICE}.shop.localhost"
    answer: urllib3.BaseHTTPResponse = stack.call("GET", "/api/products?limit=1", headers={"host": host})
    return answer.status


def test_a_promotion_under_load_loses_no_request_and_one_command_takes_it_back(own_stack: Stack, project: Path) -> None:
    before = serving(own_stack)
    with Load(own_stack) as load:
        newest = apply_edited(own_stack, project, "    # promoted\n")
        assert at_tag(own_stack, "candidate") == 200, "it is seen before anyone is sent to it"
        found = promoted(own_stack, load)
        assert [step["percent"] for step in found["steps"]] == load.steps
        assert (found["outcome"], shares(own_stack)) == ("promoted", {newest: 100})
        assert at_tag(own_stack, "previous") == 200, "and the way back is open"
        load.goes_on()

        own_stack.run("rollback", SERVICE)
        assert shares(own_stack) == {before: 100}
        load.goes_on()
    assert set(load.statuses) == {200}, load.statuses
    again = own_stack.zerocart("rollback", SERVICE)
    assert again.code == 1, "in a hurry it is said twice, and must not lead to what was taken back"
    assert shares(own_stack) == {before: 100}


def test_a_bad_candidate_is_taken_back_when_few_have_seen_it(own_stack: Stack, project: Path) -> None:
    before = serving(own_stack)
    with Load(own_stack) as load:
        newest = apply_edited(own_stack, project, FAILING)
        found = promoted(own_stack, load, code=1)
        assert (found["outcome"], found["other"], found["percent"]) == ("rolled-back", newest, load.steps[0])
        assert "failed" in found["reason"]
        assert shares(own_stack) == {before: 100}
        load.goes_on()
        failed, total = load.statuses[500], load.statuses.total()
        assert set(load.statuses) == {200, 500}, load.statuses
        load.statuses.clear()
        load.goes_on()
    assert set(load.statuses) == {200}, "nobody is sent there any more"
    # The first share had it, for as long as two of its answers and a look took.
    assert 1 <= failed <= max(5, (load.steps[0] + 2) / 100 * total)


def test_a_slow_candidate_is_taken_back(own_stack: Stack, project: Path) -> None:
    before = serving(own_stack)
    with Load(own_stack) as load:
        apply_edited(own_stack, project, SLOW)
        found = promoted(own_stack, load, code=1)
        assert "p99" in found["reason"], found["reason"]
        assert shares(own_stack) == {before: 100}
    assert set(load.statuses) == {200}, load.statuses


def test_a_promotion_that_was_killed_leaves_valid_traffic_and_goes_on_from_there(
    own_stack: Stack, project: Path
) -> None:
    before = serving(own_stack)
    with Load(own_stack) as load:
        newest = apply_edited(own_stack, project, "    # promoted again\n")
        killed = subprocess.Popen(
            [sys.executable, "-m", "knative.local", "promote", SERVICE, *QUICK, *steps(load)],
            env=own_stack.environment, cwd=own_stack.project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with killed:
            wait_until(lambda: shares(own_stack).get(newest, 0) > load.steps[0], 400, "a step that is not the first")
            os.kill(killed.pid, signal.SIGKILL)
        left = shares(own_stack)
        assert set(left) <= {before, newest}
        assert sum(left.values()) == 100
        load.goes_on()
        assert shares(own_stack) == left, "nobody moves it"
        found = promoted(own_stack, load)
        assert found["steps"][0]["percent"] == left[newest]
        assert shares(own_stack) == {newest: 100}
    assert set(load.statuses) == {200}, load.statuses


def test_without_a_pin_nothing_is_promoted_and_it_is_said_what_to_do(own_stack: Stack) -> None:
    done = own_stack.zerocart("promote", "get-product")
    assert done.code == 1
    assert "promote --pin get-product" in done.errors
    assert own_stack.zerocart("promote", "no-such").code == 1
    assert own_stack.zerocart("promote", SERVICE, "--steps", "50,20,100").code == 2
    unpinned = own_stack.run("promote", SERVICE, "--unpin", "--json")
    assert shares(own_stack) == {json.loads(unpinned)["revision"]: 100}
