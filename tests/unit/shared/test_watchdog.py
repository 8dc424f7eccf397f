"""OpenFaaS's watchdog contract, asked of a real server as a container starts it."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from shared.errors import SettingError
from shared.watchdog import Limits, seconds
from tests.stack import free_port
from tests.unit.shared.instances import FUNCTIONS, ROOT, WITHIN_S
from tests.waiting import wait_until

# All short, so that a test sees their ends; the order matters: the call is given up before the answer's own bound.
TOLD = {
    "write_timeout": "3s", "read_timeout": "2s", "exec_timeout": "1s", "healthcheck_interval": "500ms",
    "max_inflight": "2",
}  # fmt: skip

Start = Callable[..., tuple[subprocess.Popen[bytes], int]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server with these variables; gives its process and port."""
    running: list[subprocess.Popen[bytes]] = []

    def started(**told: str) -> tuple[subprocess.Popen[bytes], int]:
        port = free_port()
        source = FUNCTIONS / "slow" / "main.py"
        environment = {"PATH": os.environ["PATH"], "PORT": str(port), "FUNCTION_SOURCE": str(source), **told}
        with (tmp_path / "log").open("wb") as log:
            words = [sys.executable, "-m", "shared.server"]
            process = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=log, stderr=log)
        running.append(process)
        wait_until(lambda: process.poll() is not None or _answers(port), WITHIN_S, "a listening server")
        return process, port

    yield started
    for process in running:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return asked(port, "/healthz")[0] == 200
    except OSError:
        return False


def asked(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_is_healthy_and_ready_and_calls_go_through(start: Start) -> None:
    _, port = start(**TOLD)
    assert asked(port, "/_/health") == (200, b"OK")
    assert asked(port, "/_/ready") == (200, b"OK")
    assert asked(port, "/_/health", "POST")[0] == 405
    assert asked(port, "/api/slow") == (200, b"done")


def test_elsewhere_than_on_openfaas_there_is_no_watchdog(start: Start) -> None:
    _, port = start()
    assert asked(port, "/_/health")[0] == 404


def test_readiness_may_be_a_path_of_the_function(start: Start) -> None:
    _, port = start(**TOLD, ready_path="/readyz")
    assert msgspec.json.decode(asked(port, "/_/ready")[1]) == {"ready": True, "dependencies": {}}


def test_a_call_past_max_inflight_is_refused_at_once_with_429(start: Start) -> None:
    _, port = start(**TOLD | {"exec_timeout": "3s"})
    statuses: list[int] = []
    calls = [
        threading.Thread(target=lambda: statuses.append(asked(port, "/api/slow?takes_s=1.5")[0])) for _ in range(2)
    ]
    for call in calls:
        call.start()
    wait_until(lambda: asked(port, "/_/ready")[0] == 429, WITHIN_S, "both slots taken")
    began_s = time.monotonic()
    status, body = asked(port, "/api/slow")
    assert (status, msgspec.json.decode(body)["type"]) == (429, "too-many-requests")
    assert time.monotonic() - began_s < 1
    assert asked(port, "/_/health") == (200, b"OK")
    for call in calls:
        call.join()
    assert statuses == [200, 200]
    assert asked(port, "/_/ready")[0] == 200


def test_a_call_past_exec_timeout_is_answered_with_504_and_counted_until_it_ends(start: Start) -> None:
    _, port = start(**TOLD | {"max_inflight": "1"})
    status, body = asked(port, "/api/slow?takes_s=2.5")
    assert (status, msgspec.json.decode(body)["status"]) == (504, 504)
    assert asked(port, "/api/slow")[0] == 429
    wait_until(lambda: asked(port, "/api/slow")[0] == 200, WITHIN_S, "the late call's end")


def test_a_caller_may_ask_for_less_time_and_not_for_more(start: Start) -> None:
    _, port = start(**TOLD)
    assert asked(port, "/api/slow?takes_s=0.5", **{"X-Timeout": "100ms"})[0] == 504
    assert asked(port, "/api/slow?takes_s=2", **{"X-Timeout": "1m"})[0] == 504


def test_write_timeout_bounds_a_call_that_has_no_other_bound(start: Start) -> None:
    _, port = start(**TOLD | {"exec_timeout": "0", "write_timeout": "500ms"})
    assert asked(port, "/api/slow?takes_s=2")[0] == 504


def test_a_request_that_does_not_arrive_within_read_timeout_is_dropped(start: Start) -> None:
    _, port = start(**TOLD | {"read_timeout": "300ms"})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WITHIN_S)
    connection.connect()
    connection.sock.sendall(b"GET /_/health HTTP/1.1\r\nhost:")
    assert b"200" not in connection.sock.recv(100)
    connection.close()


def test_told_to_stop_it_says_so_serves_on_for_the_interval_and_ends_what_runs(start: Start) -> None:
    process, port = start(**TOLD | {"exec_timeout": "3s", "healthcheck_interval": "1s"})
    statuses: list[int] = []
    call = threading.Thread(target=lambda: statuses.append(asked(port, "/api/slow?takes_s=1.8")[0]))
    call.start()
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: asked(port, "/_/health")[0] == 503, WITHIN_S, "the word that nobody should come")
    assert asked(port, "/_/ready")[0] == 503
    assert asked(port, "/api/slow")[0] == 200  # who has not heard yet
    call.join()
    assert statuses == [200]
    assert process.wait(WITHIN_S) == 0


@pytest.mark.parametrize(
    ("text", "expected_s"), [("10", 10.0), ("10s", 10.0), ("1m30s", 90.0), ("300ms", 0.3), ("1.5s", 1.5), ("0", 0.0)]
)
def test_durations_are_gos_or_whole_seconds(text: str, expected_s: float) -> None:
    assert seconds(text) == pytest.approx(expected_s)


@pytest.mark.parametrize(
    "told",
    [{"write_timeout": "soon"}, {"write_timeout": "0s"}, {"write_timeout": "1s", "max_inflight": "many"}],
    ids=["no duration", "nothing", "no number"],
)
def test_a_limit_that_cannot_be_read_is_named(told: dict[str, str]) -> None:
    with pytest.raises(SettingError):
        Limits.from_environment(told)
