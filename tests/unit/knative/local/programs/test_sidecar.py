"""A program behind its sidecar: what it is given, what passes, how much at once, and how either of them ends."""

import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from knative.local.model import Probe
from tests.unit.knative.local.programs.sidecars import HERE, Sidecar, program
from tests.waiting import wait_until

Beside = Callable[..., Sidecar]
OFTEN = Probe(path="/health", period_s=1, failure_threshold=1, timeout_s=5)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="zc-") as name:
        yield Path(name)


@pytest.fixture
def beside(folder: Path) -> Iterator[Beside]:
    made: list[Sidecar] = []

    def make(*, file: str = "program.py", environment: dict[str, str] | None = None, timeout_s: float = 10.0,
             name: str = "one", like: Sidecar | None = None, **changes: object) -> Sidecar:  # fmt: skip
        made.append(
            Sidecar(
                folder=folder, program=program(folder, file, **changes), environment=environment or {}, name=name,
                timeout_s=timeout_s, listening=like.listening.dup() if like and like.listening else None,
            )
        )  # fmt: skip
        return made[-1]

    yield make
    for each in made:
        each.close()


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def about(sidecar: Sidecar) -> dict[str, object]:
    status, body = sidecar.ask()
    assert status == 200
    found: dict[str, object] = json.loads(body)
    return found


def test_a_program_has_its_words_its_folder_and_its_environment_and_nothing_on_standard_input(
    beside: Beside, folder: Path
) -> None:
    words = (sys.executable, str(HERE / "program.py"), "one", "two")
    found = about(beside(command=words, environment={"A": "b", "K_SERVICE": "it", "PORT": "1"}).ready())
    assert found["arguments"] == ["one", "two"]
    assert found["folder"] == str(folder)
    assert found["stdin"] == ""
    environment = found["environment"]
    assert isinstance(environment, dict)
    assert (environment["A"], environment["K_SERVICE"]) == ("b", "it")
    assert environment["HOSTNAME"].startswith("it-00001-deployment-")
    assert environment["HOME"]
    assert "PYTHONPATH" not in environment, "what the sidecar itself was started with"


def test_two_instances_have_each_a_port_and_the_first_the_one_that_was_asked_for(beside: Beside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    first = beside(port=port, concurrency=1).ready()
    environment = about(first)["environment"]
    assert isinstance(environment, dict)
    assert environment["PORT"] == str(port)
    second = beside(port=port, name="two", like=first).ready()
    assert first.stop() == 0
    environment = about(second)["environment"]
    assert isinstance(environment, dict)
    assert environment["PORT"] != str(port)


def test_a_request_waits_in_the_queue_until_the_program_is_ready(beside: Beside, folder: Path) -> None:
    sidecar = beside(environment={"WAIT_FOR": str(folder / "go")}).start()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sidecar.ask)
        assert not sidecar.is_ready
        (folder / "go").touch()
        assert waiting.result()[0] == 200


@pytest.mark.parametrize("concurrency", [1, 3])
def test_a_program_never_has_more_requests_at_once_than_its_concurrency_and_none_is_lost(
    beside: Beside, concurrency: int
) -> None:
    sidecar = beside(concurrency=concurrency).ready()
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda _: sidecar.ask("/slow/0.02"), range(60)))
    assert {status for status, _ in answers} == {200}
    assert max(int(most) for _, most in answers) == concurrency


def test_without_a_bound_it_has_as_many_as_come(beside: Beside) -> None:
    sidecar = beside().ready()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: sidecar.ask("/slow/1"), range(8)))
    assert max(int(most) for _, most in answers) > 1


def test_an_answer_streams_piece_by_piece(beside: Beside, folder: Path) -> None:
    sidecar = beside().ready()
    with sidecar.connect() as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: it\r\n\r\n")
        received = b""
        while b"first" not in received:
            received += connection.recv(4096)
        assert b"second" not in received
        (folder / "seen").touch()
        while b"second" not in received:
            received += connection.recv(4096)


def test_after_an_upgrade_bytes_pass_both_ways(beside: Beside) -> None:
    sidecar = beside().ready()
    with sidecar.connect() as connection:
        connection.sendall(b"GET /upgrade HTTP/1.1\r\nHost: it\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
        lines = connection.makefile("rb")
        assert b" 101 " in lines.readline()
        while lines.readline().strip():
            continue
        for word in (b"one\n", b"two\n"):
            connection.sendall(word)
            assert lines.readline() == word.upper()


def test_a_program_that_breaks_the_connection_is_a_502_and_lives_on(beside: Beside) -> None:
    sidecar = beside().ready()
    status, said = sidecar.ask("/silent")
    assert (status, said) == (502, "the program closed the connection without an answer\n")
    assert sidecar.ask()[0] == 200


def test_a_client_that_has_gone_takes_no_slot(beside: Beside, folder: Path) -> None:
    sidecar = beside(concurrency=1).ready()
    with ThreadPoolExecutor() as pool:
        running = pool.submit(sidecar.ask, "/slow/0.5")
        wait_until((folder / "begun").exists, 10, "a request that runs")
        with sidecar.connect() as impatient:
            impatient.sendall(b"GET /exit/9 HTTP/1.1\r\nHost: it\r\n\r\n")
        assert running.result()[0] == 200
    # Carried through, it would have ended the program.
    assert sidecar.ask()[0] == 200


def test_told_to_stop_it_ends_what_runs_takes_no_more_and_ends_the_program(beside: Beside, folder: Path) -> None:
    sidecar = beside(concurrency=1).ready()
    pid = about(sidecar)["pid"]
    assert isinstance(pid, int)
    with ThreadPoolExecutor() as pool:
        running = pool.submit(sidecar.ask, "/slow/0.5")
        wait_until((folder / "begun").exists, 10, "a request that runs")
        assert sidecar.process is not None
        sidecar.process.send_signal(signal.SIGTERM)
        later = pool.submit(sidecar.ask)
        assert running.result()[0] == 200
        assert sidecar.process.wait(timeout=20) == 0
        wait_until(lambda: is_gone(pid), 10, "the end of the program")
        # The socket is the next instance's: what waited there is answered.
        assert not later.done()
        beside(name="two", like=sidecar).ready()
        assert later.result()[0] == 200


def test_a_stop_does_not_wait_longer_than_it_may(beside: Beside, folder: Path) -> None:
    sidecar = beside(timeout_s=1).ready()
    with ThreadPoolExecutor() as pool:
        running = pool.submit(sidecar.ask, "/slow/60")
        wait_until((folder / "begun").exists, 10, "a request that runs")
        began_s = time.monotonic()
        assert sidecar.stop() == 0
        assert time.monotonic() - began_s < 20
        assert running.result()[0] == 502


@pytest.mark.parametrize("who", ["program", "sidecar"])
def test_killed_neither_leaves_anything_running(beside: Beside, who: str) -> None:
    sidecar = beside().ready()
    pid = about(sidecar)["pid"]
    assert isinstance(pid, int)
    child = int(sidecar.ask("/spawn")[1])
    os.kill(pid if who == "program" else sidecar.pid, signal.SIGKILL)
    assert sidecar.process is not None
    assert sidecar.process.wait(timeout=20) == (137 if who == "program" else -signal.SIGKILL)
    wait_until(lambda: is_gone(pid), 10, "the end of the program")
    if who == "program":
        wait_until(lambda: is_gone(child), 10, "the end of what it had started")


def test_a_program_that_ends_by_itself_ends_its_sidecar_with_its_code_and_its_last_words(beside: Beside) -> None:
    sidecar = beside(environment={"LAST_WORDS": "cannot find the moon", "EXIT_CODE": "5"}).start()
    assert sidecar.process is not None
    assert sidecar.process.wait(timeout=20) == 5
    assert "cannot find the moon" in sidecar.said()
    assert not sidecar.is_ready


def test_a_program_that_cannot_be_run_says_which_and_why(beside: Beside) -> None:
    sidecar = beside(executable="/nowhere/program").start()
    assert sidecar.process is not None
    assert sidecar.process.wait(timeout=20) == 1
    assert "/nowhere/program cannot be run: No such file or directory" in sidecar.said()


def test_liveness_that_fails_ends_the_program_so_that_another_one_is_started(beside: Beside) -> None:
    sidecar = beside(liveness=replace(OFTEN, period_s=0.3, failure_threshold=4, initial_delay_s=1)).ready()
    assert sidecar.ask("/sicken")[0] == 200
    assert sidecar.process is not None
    assert sidecar.process.wait(timeout=20) == 137
    assert "the liveness probe failed" in sidecar.said()


def test_liveness_that_passes_leaves_it_alone_and_waits_for_the_startup_probe(beside: Beside, folder: Path) -> None:
    startup = Probe(period_s=1, failure_threshold=30, timeout_s=5)
    waiting = {"WAIT_FOR": str(folder / "go")}
    sidecar = beside(liveness=OFTEN, startup=startup, environment=waiting).start()
    started_s = time.monotonic()
    wait_until(lambda: time.monotonic() - started_s > 1.5, 10, "more than one period of the liveness probe")
    assert sidecar.process is not None
    assert sidecar.process.poll() is None
    (folder / "go").touch()
    sidecar.ready()
    assert sidecar.ask()[0] == 200


def test_startup_that_fails_often_enough_ends_the_program(beside: Beside, folder: Path) -> None:
    startup = Probe(period_s=0.1, failure_threshold=3)
    sidecar = beside(startup=startup, environment={"WAIT_FOR": str(folder / "never")}).start()
    assert sidecar.process is not None
    assert sidecar.process.wait(timeout=20) == 137
    assert "the startup probe failed 3 times" in sidecar.said()


def test_while_readiness_fails_requests_wait_for_another_instance(beside: Beside) -> None:
    sidecar = beside(readiness=OFTEN).ready()
    assert sidecar.ask("/sicken")[0] == 200
    with ThreadPoolExecutor() as pool:
        # It may be asked a last time before the probe has failed.
        wait_until(lambda: _waits(sidecar), 20, "an instance that takes no more")
        waiting = pool.submit(sidecar.ask)
        assert not waiting.done()
        beside(name="two", like=sidecar).ready()
        assert waiting.result()[0] == 200


def _waits(sidecar: Sidecar) -> bool:
    """Whether a request finds nobody: the connection waits, and is given up."""
    with sidecar.connect() as connection:
        connection.settimeout(0.5)
        connection.sendall(b"GET / HTTP/1.1\r\nHost: it\r\n\r\n")
        try:
            return not connection.recv(1)
        except TimeoutError:
            return True


@pytest.mark.parametrize(
    "probe",
    [
        Probe(path="/health"),
        Probe(path="/header/x-why", headers=(("X-Why", "because"),)),
        Probe(),
        Probe(command=("/inside/test", "-n", "word")),
    ],
    ids=["http", "http-with-a-header", "tcp", "exec"],
)
def test_each_kind_of_probe_makes_it_ready(beside: Beside, probe: Probe) -> None:
    test = "/usr/bin/test"
    assert beside(readiness=probe, paths={"/inside/test": test}).ready().ask()[0] == 200


@pytest.mark.parametrize(
    "probe",
    [Probe(path="/header/x-why"), Probe(command=("false",)), Probe(command=("/nowhere",)), Probe(grpc_service="")],
    ids=["http", "exec", "exec-of-nothing", "grpc"],
)
def test_a_probe_that_never_passes_never_makes_it_ready(beside: Beside, probe: Probe) -> None:
    # As its startup probe, it also says that it was asked.
    startup = Probe(
        path=probe.path, command=probe.command, grpc_service=probe.grpc_service, period_s=0.1, failure_threshold=8
    )
    sidecar = beside(startup=startup).start()
    assert sidecar.process is not None
    assert sidecar.process.wait(timeout=30) == 137
    assert not sidecar.is_ready


def test_a_probe_by_grpc_asks_for_its_service_by_grpcs_own_protocol(beside: Beside, folder: Path) -> None:
    sidecar = beside(
        file="h2_program.py", readiness=Probe(grpc_service="orders"), environment={"WELL": str(folder / "well")}
    ).start()
    wait_until(lambda: _is_asked(sidecar), 20, "a program that listens")
    assert not sidecar.is_ready
    (folder / "well").touch()
    sidecar.ready()


def _is_asked(sidecar: Sidecar) -> bool:
    children = psutil.Process(sidecar.pid).children()
    return any(
        each.status == psutil.CONN_LISTEN for child in children for each in child.net_connections("tcp")
    )  # fmt: skip


def test_a_shell_that_does_not_pass_the_signal_on_leaves_nothing_running(beside: Beside) -> None:
    words = ("sh", "-c", f"{sys.executable} {HERE / 'program.py'}; exit 3")
    sidecar = beside(command=words, executable="/bin/sh").ready()
    started = [each.pid for each in psutil.Process(sidecar.pid).children(recursive=True)]
    assert len(started) == 2
    assert sidecar.stop() == 0
    wait_until(lambda: all(map(is_gone, started)), 10, "the end of the shell and of what it runs")
