"""A real zygote and a function of the test's own: forked, ready, serving, reaped, whoever dies around it."""

import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import pytest

from knative.local.listening import listen
from knative.local.model import Probe
from knative.local.processes import identify
from knative.local.programs.following import Probes
from knative.local.programs.program import to_json
from knative.local.zygote import ForkRequest
from tests.stack import PROJECT
from tests.waiting import wait_until

REVISION = "hello-00001"
HELLO = """
import os
import time

import flask
import functions_framework

@functions_framework.http
def hello(request):
    if request.path == "/slow":
        open(os.environ["BEGUN"], "w").close()
        time.sleep(0.5)
    return flask.jsonify(pid=os.getpid(), parent=os.getppid(), environment=dict(os.environ))
"""
WELL = """
import os
import time

import flask
import functions_framework

@functions_framework.http
def well(request):
    if request.path == "/hang":
        time.sleep(60)
    is_there = os.path.exists(os.environ["BEGUN"])
    is_kubelet = request.headers.get("User-Agent", "").startswith("kube-probe/")
    if request.path == "/sick-once-begun":
        return flask.jsonify(pid=os.getpid()), 500 if is_there and is_kubelet else 200
    return flask.jsonify(pid=os.getpid()), 200 if is_there else 500
"""
BROKEN = "raise RuntimeError('this function is broken')\n"
ENVIRONMENT = {"CONCURRENCY": "2", "K_SERVICE": "hello", "K_REVISION": REVISION, "PATH": os.defpath}
READY = b'"ready": true'


class Engine:
    """What an engine does with a zygote, by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket_path = folder / "hello.sock"
        self.listening = listen(self.socket_path)
        self.events = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.events.bind(str(folder / "events"))
        self.events.settimeout(10)
        self.connection: socket.socket | None = None

    def connect(self, name: str = "zygote") -> None:
        wait_until(lambda: self._try(str(self.folder / name)), 30, "a zygote that listens")

    def _try(self, path: str) -> bool:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.settimeout(10)
        try:
            connection.connect(path)
        except (ConnectionRefusedError, FileNotFoundError):
            connection.close()
            return False
        self.connection = connection
        return True

    @property
    def environment(self) -> dict[str, str]:
        return {**ENVIRONMENT, "BEGUN": str(self.folder / "begun")}

    def request(self, function: str) -> ForkRequest:
        return ForkRequest(
            revision=REVISION, code_root=str(self.folder), function=function, environment=self.environment,
            log=str(self.folder / "log"), records=str(self.folder / "records"),
            events=str(self.folder / "events"), address=str(self.socket_path), timeout_s=5.0, asked_at_s=1.0,
        )  # fmt: skip

    def fork(self, function: str = "hello", *, nice: int = 0, probes: Probes | None = None) -> int:
        """Have an instance forked; gives its pid as the zygote says it."""
        assert self.connection is not None
        own = {"nice": nice, "probes": to_json(probes) if probes else None}
        message = json.dumps({"fork": asdict(self.request(function)) | own}).encode()
        socket.send_fds(self.connection, [message], [self.listening.fileno()])
        answer = json.loads(self.connection.recv(4096))
        assert answer["revision"] == REVISION
        return int(answer["forked"])

    def ready(self) -> dict[str, Any]:
        """The next word of an instance."""
        found: dict[str, Any] = json.loads(self.events.recv(4096))
        return found

    def record(self, pid: int) -> Path:
        return self.folder / "records" / str(pid)

    def call(self, path: str = "/") -> dict[str, Any]:
        return asyncio.run(self.call_later(path))

    async def call_later(self, path: str) -> dict[str, Any]:
        def whole() -> dict[str, Any]:
            connection = http.client.HTTPConnection("hello", timeout=10)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(10)
            connection.sock.connect(str(self.socket_path))
            connection.request("GET", path)
            response = connection.getresponse()
            assert response.status == 200, response.read()
            found: dict[str, Any] = json.loads(response.read())
            connection.close()
            return found

        return await asyncio.to_thread(whole)

    def close(self) -> None:
        for each in (self.listening, self.events, self.connection):
            if each is not None:
                each.close()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zc-") as name:
        folder = Path(name)
        for function, code in (("hello", HELLO), ("well", WELL), ("broken", BROKEN)):
            (folder / "functions" / function).mkdir(parents=True)
            (folder / "functions" / function / "main.py").write_text(code)
        (folder / "records").mkdir()
        yield folder


@pytest.fixture(scope="module")
def zygote(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "knative.local", "zygote", str(folder / "zygote")]
    with (folder / "zygote.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT)}, stdout=log, stderr=log, cwd=folder
        )
    try:
        yield process
    finally:
        for each in [*psutil.Process(process.pid).children(), psutil.Process(process.pid)]:
            each.kill()
        process.wait()


@pytest.fixture
def engine(folder: Path, zygote: subprocess.Popen[bytes]) -> Iterator[Engine]:
    (folder / "events").unlink(missing_ok=True)
    (folder / "log").unlink(missing_ok=True)
    (folder / "begun").unlink(missing_ok=True)
    engine = Engine(folder)
    engine.connect()
    yield engine
    engine.close()
    for each in psutil.Process(zygote.pid).children():
        each.kill()
    wait_until(lambda: not list((folder / "records").iterdir()), 10, "the end of all instances")


def test_a_fork_becomes_an_instance_that_serves_with_its_own_environment(
    engine: Engine, zygote: subprocess.Popen[bytes]
) -> None:
    pid = engine.fork()
    word = engine.ready()
    assert (word["pid"], word["revision"], word["ready"]) == (pid, REVISION, True)
    answer = engine.call()
    assert (answer["pid"], answer["parent"]) == (pid, zygote.pid)
    added = {"FUNCTION_SIGNATURE_TYPE": "http", "FUNCTION_TARGET": "hello"}  # by functions-framework
    assert answer["environment"] == engine.environment | added


def test_a_request_that_came_before_any_instance_is_answered_by_the_first(engine: Engine) -> None:
    async def scene() -> tuple[dict[str, Any], int]:
        waiting = asyncio.create_task(engine.call_later("/"))
        await asyncio.sleep(0)
        pid = await asyncio.to_thread(engine.fork)
        return await waiting, pid

    answer, pid = asyncio.run(scene())
    assert answer["pid"] == pid


def test_an_instance_leaves_a_record_that_knows_it_again_and_says_when_it_is_ready(engine: Engine) -> None:
    pid = engine.fork()
    engine.ready()
    found = identify(pid)
    assert found is not None
    record = json.loads(engine.record(pid).read_bytes())
    identity = {"pid": pid, "start_ticks": found.start_ticks}
    assert record == {"revision": REVISION, "ready": True, "taking": True, **identity}


def test_an_instance_that_is_told_to_stop_finishes_what_it_has_and_is_reaped(engine: Engine) -> None:
    pid = engine.fork()
    engine.ready()

    async def scene() -> dict[str, Any]:
        running = asyncio.create_task(engine.call_later("/slow"))
        await asyncio.to_thread(wait_until, (engine.folder / "begun").exists, 10, "a request that runs")
        os.kill(pid, signal.SIGTERM)
        return await running

    assert asyncio.run(scene())["pid"] == pid
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10, "the end of the instance")
    assert not engine.record(pid).exists()


def test_an_instance_serves_at_its_nice_level_with_all_its_threads_and_in_the_session_of_all(
    engine: Engine, zygote: subprocess.Popen[bytes]
) -> None:
    pid = engine.fork(nice=6)
    engine.ready()
    levels = [os.getpriority(os.PRIO_PROCESS, int(thread.name)) for thread in Path(f"/proc/{pid}/task").iterdir()]
    assert len(levels) > 1
    assert set(levels) == {6}
    # Of its own, it would have a weight of its own against Envoy's, however nice it is.
    assert os.getsid(pid) == os.getsid(zygote.pid)
    assert os.getpgid(pid) == pid


def test_a_killed_instance_is_reaped_and_its_record_goes(engine: Engine) -> None:
    pid = engine.fork()
    engine.ready()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not engine.record(pid).exists(), 10, "the end of the record")
    assert not Path(f"/proc/{pid}").exists()


def test_a_function_that_cannot_start_says_why_in_its_log_and_is_never_ready(engine: Engine) -> None:
    pid = engine.fork("broken")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10, "the end of the instance")
    assert "this function is broken" in (engine.folder / "log").read_text()
    assert engine.ready() == {"revision": REVISION, "pid": pid, "exit_code": 1}
    engine.events.setblocking(False)
    with pytest.raises(BlockingIOError):
        engine.ready()


def test_instances_outlive_the_engine_and_the_next_one_forks_on(engine: Engine) -> None:
    first = engine.fork()
    engine.ready()
    assert engine.connection is not None
    engine.connection.close()
    assert engine.call()["pid"] == first
    engine.connect()
    second = engine.fork()
    engine.ready()
    assert {first, second} <= {int(path.name) for path in (engine.folder / "records").iterdir()}


def test_an_instance_gets_ready_though_no_engine_listens(engine: Engine) -> None:
    engine.events.close()
    (engine.folder / "events").unlink()
    pid = engine.fork()
    record = engine.record(pid)
    wait_until(lambda: record.exists() and READY in record.read_bytes(), 10, "a record that says ready")


def test_an_instance_has_nothing_of_the_zygote_open(engine: Engine, zygote: subprocess.Popen[bytes]) -> None:
    pid = engine.fork()
    engine.ready()
    opened = {str(each.laddr) for each in psutil.Process(pid).net_connections("unix")}
    assert str(engine.folder / "zygote") not in opened
    assert psutil.Process(pid).environ().get("PYTHONPATH") is not None, "what the zygote was started with"
    assert "PYTHONPATH" not in engine.call()["environment"]


def test_instances_outlive_the_zygote(engine: Engine, folder: Path) -> None:
    # With a zygote of its own: it is killed.
    own = folder / "own"
    command = [sys.executable, "-m", "knative.local", "zygote", str(own)]
    with subprocess.Popen(command, env={"PATH": os.defpath, "PYTHONPATH": str(PROJECT)}, cwd=folder) as process:
        assert engine.connection is not None
        engine.connection.close()
        engine.connect(own.name)
        pid = engine.fork()
        engine.ready()
        process.kill()
        process.wait()
        try:
            assert engine.call()["pid"] == pid
        finally:
            os.kill(pid, signal.SIGKILL)
            engine.record(pid).unlink()


def test_the_zygote_runs_no_thread_so_that_a_fork_finds_nothing_half_done(zygote: subprocess.Popen[bytes]) -> None:
    assert psutil.Process(zygote.pid).num_threads() == 1


def test_a_function_is_ready_when_the_path_that_its_manifest_names_says_so(engine: Engine) -> None:
    pid = engine.fork("well", probes=Probes(readiness=Probe(path="/", period_s=0.05)))
    engine.events.settimeout(1.5)
    with pytest.raises(TimeoutError):
        engine.ready()
    (engine.folder / "begun").touch()
    engine.events.settimeout(10)
    assert engine.ready()["pid"] == pid
    assert engine.call()["pid"] == pid


def test_a_function_that_is_no_longer_ready_takes_no_requests_until_it_is_again(engine: Engine) -> None:
    begun = engine.folder / "begun"
    begun.touch()
    pid = engine.fork("well", probes=Probes(readiness=Probe(path="/", period_s=1, failure_threshold=1)))
    assert engine.ready()["ready"]

    async def story() -> None:
        for _ in range(2):
            begun.unlink()
            assert await asyncio.to_thread(engine.ready) == {"revision": REVISION, "pid": pid, "taking": False}
            assert not json.loads(engine.record(pid).read_bytes())["taking"]
            waiting = asyncio.create_task(engine.call_later("/"))
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done, "a request was taken by a function that is not ready"
            begun.touch()
            assert await asyncio.to_thread(engine.ready) == {"revision": REVISION, "pid": pid, "taking": True}
            assert (await waiting)["pid"] == pid  # who had waited is answered, though nobody else came

    asyncio.run(story())
    assert engine.call()["pid"] == pid
    begun.unlink()
    assert not engine.ready()["taking"]
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10, "the end of one that is told to stop meanwhile")


@pytest.mark.parametrize("path", ["/sick-once-begun", "/hang"])
def test_a_function_whose_liveness_fails_ends_as_a_container_that_was_killed(engine: Engine, path: str) -> None:
    liveness = Probe(path=path, period_s=0.1, timeout_s=1, failure_threshold=2)
    pid = engine.fork("well", probes=Probes(readiness=Probe(), liveness=liveness))
    if path == "/sick-once-begun":
        assert engine.ready()["ready"]
        (engine.folder / "begun").touch()
    words = [engine.ready()]
    if words[0].get("ready"):
        words.append(engine.ready())
    assert words[-1] == {"revision": REVISION, "pid": pid, "exit_code": 137}
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10, "the end of the instance")
    assert "the liveness probe failed" in (engine.folder / "log").read_text()


def test_a_function_that_is_still_waiting_to_be_ready_can_be_told_to_stop(engine: Engine) -> None:
    pid = engine.fork("well", probes=Probes(readiness=Probe(path="/", period_s=0.05)))
    wait_until(lambda: len(list(Path(f"/proc/{pid}/task").iterdir())) > 1, 20, "an instance that is asked")
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), 10, "the end of the instance")
