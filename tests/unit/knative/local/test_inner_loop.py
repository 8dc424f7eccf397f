"""On a whole stack: a save is a redeploy, and traffic that moves bit by bit loses no request, engine or not."""

import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.promises.faults import kill_and_wait
from tests.stack import Stack, copied_project, new_stack, running
from tests.waiting import wait_until

PATH = "/.well-known/jwks.json"


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    with copied_project() as folder:
        yield folder


@pytest.fixture(scope="module")
def own_stack(project: Path) -> Iterator[Stack]:
    yield from running(new_stack(project))


class Watch:
    """A watch that runs, and what it has said."""

    def __init__(self, stack: Stack, log: Path) -> None:
        self._log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "knative.local", "apply", "-f", "functions/get_jwks", "--watch"],
                cwd=stack.project, env=stack.environment, stdout=file, stderr=file,
            )  # fmt: skip

    def says(self, *words: str) -> None:
        wait_until(lambda: all(word in self._log.read_text() for word in words), 30, f"{words} in {self._log}")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def cached(stack: Stack) -> str:
    answer = stack.call("GET", PATH)
    assert answer.status == 200
    return answer.headers["Cache-Control"]


def test_a_save_is_served_soon_and_one_that_is_broken_is_said_with_its_line_while_the_last_serves(
    own_stack: Stack, project: Path, tmp_path: Path
) -> None:
    main = project / "functions" / "get_jwks" / "main.py"
    watch = Watch(own_stack, tmp_path / "watch.log")
    try:
        watch.says("Watching")
        edit(main, "CACHED_S = 300", "CACHED_S = 301")
        wait_until(lambda: cached(own_stack) == "public, max-age=301", 30, "the saved code's answer")
        watch.says("functions/get_jwks/main.py: get-jwks-00002 serves")

        edit(main, "CACHED_S = 301", "CACHED_S = missing")
        line = main.read_text().splitlines().index("CACHED_S = missing") + 1
        watch.says("refused", f"functions/get_jwks/main.py:{line}: NameError")
        assert cached(own_stack) == "public, max-age=301"

        manifest = project / "functions" / "get_jwks" / "service.yaml"
        edit(manifest, "containers:", "containerz:")
        watch.says("service.yaml:", "containerz")
        edit(manifest, "containerz:", "containers:")
        edit(main, "CACHED_S = missing", "CACHED_S = 302")
        wait_until(lambda: cached(own_stack) == "public, max-age=302", 30, "the mended code's answer")

        with (project / "shared" / "money.py").open("a") as money:
            money.write("# edited\n")
        watch.says("shared/money.py: loaded")
        assert cached(own_stack) == "public, max-age=302"
    finally:
        watch.process.send_signal(signal.SIGINT)
        assert watch.process.wait(10) == 130


class Prober:
    """Calls without a pause, until told to stop; what fails is kept."""

    def __init__(self, ask: Callable[[], int]) -> None:
        self.codes: list[int] = []
        self._ask = ask
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.codes.append(self._ask())

    def __enter__(self) -> "Prober":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()


def split(stack: Stack) -> list[int]:
    return [revision["traffic"] for revision in stack.service("get-jwks")["revisions"] if revision["traffic"]]


def test_traffic_moves_step_by_step_over_the_engine_s_death_and_no_request_fails(
    own_stack: Stack, project: Path
) -> None:
    text = (project / "functions" / "get_jwks" / "service.yaml").read_text()
    annotated = text.replace(
        "  namespace: shop\n", '  namespace: shop\n  annotations: {serving.knative.dev/rollout-duration: "12s"}\n', 1
    )
    own_stack.run("apply", "-f", "-", given=annotated)
    with Prober(lambda: own_stack.call("GET", PATH).status) as prober:
        own_stack.run("apply", "-f", "-", given=annotated.replace("timeoutSeconds: 15", "timeoutSeconds: 16"))
        first = split(own_stack)
        assert len(first) == 2
        assert sum(first) == 100
        shown = [int(percent) for percent in re.findall(r"get-jwks-\d+ +(\d+) %", own_stack.run("status"))]
        assert (len(shown), sum(shown)) == (2, 100)
        kill_and_wait(own_stack, "engine")
        after = split(own_stack)
        assert after[-1] >= first[1], "a rollout went back when the engine was killed"
        wait_until(lambda: split(own_stack) == [100], 60, "all traffic at the new revision")
    assert set(prober.codes) == {200}
