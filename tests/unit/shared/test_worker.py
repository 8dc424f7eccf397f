"""Instances come and go on one socket, and no request notices."""

import contextlib
import os
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.unit.shared.instances import Instances, ask
from tests.waiting import wait_until


class Load:
    """Clients that ask without a pause, one connection a request, until stopped."""

    def __init__(self, socket_path: Path, clients: int) -> None:
        self.answered_count = 0
        self.failures: list[str] = []
        self._socket_path = socket_path
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while not self._stopped.is_set():
            try:
                answer = ask(self._socket_path)
            except OSError as error:
                self.failures.append(repr(error))
                continue
            if answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b'{"hello":"world"}'):
                self.answered_count += 1
            else:
                self.failures.append(repr(answer))

    def __enter__(self) -> "Load":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()


def test_fifty_instances_stop_under_load_and_no_request_fails(tmp_path: Path) -> None:
    with Instances("echo", tmp_path) as instances, Load(instances.socket_path, clients=8) as load:
        staying = instances.start()
        for _ in range(50):
            leaving = instances.start()
            before_count = load.answered_count
            wait_until(lambda: load.answered_count > before_count + 20, within_s=10, what="load")  # noqa: B023
            assert instances.stop(leaving) == 0
        load.stop()
        assert load.failures == []
        assert load.answered_count > 1000
        assert instances.stop(staying) == 0


def test_a_request_that_runs_is_answered_before_the_instance_ends(tmp_path: Path) -> None:
    with Instances("slow", tmp_path) as instances, ThreadPoolExecutor() as clients:
        pid = instances.start()
        answers = [clients.submit(ask, instances.socket_path, "/?takes_s=0.6") for _ in range(3)]
        wait_until(lambda: accepted_count(pid, instances.socket_path) == 3, within_s=10, what="three requests running")
        assert instances.stop(pid) == 0
        assert [answer.result().endswith(b"\r\n\r\ndone") for answer in answers] == [True] * 3


def test_a_connection_without_its_request_yet_is_waited_for(tmp_path: Path) -> None:
    with Instances("echo", tmp_path) as instances, socket.socket(socket.AF_UNIX) as late:
        pid = instances.start()
        late.connect(str(instances.socket_path))
        wait_until(lambda: accepted_count(pid, instances.socket_path) == 1, within_s=10, what="an accepted connection")
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: listens_no_more(pid, instances.socket_path), within_s=10, what="a drain that has begun")
        late.sendall(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n")
        assert late.recv(65536).startswith(b"HTTP/1.1 200 ")
        late.close()
        assert instances.wait_for_end(pid) == 0


def test_what_waits_in_the_queue_is_for_the_next_instance(tmp_path: Path) -> None:
    with Instances("echo", tmp_path) as instances, ThreadPoolExecutor() as clients:
        assert instances.stop(instances.start()) == 0
        answer = clients.submit(ask, instances.socket_path)  # nobody accepts now
        instances.start()
        assert answer.result(timeout=10).startswith(b"HTTP/1.1 200 ")


def test_a_drain_has_a_bound(tmp_path: Path) -> None:
    with Instances("slow", tmp_path, timeout_s=0.5) as instances, ThreadPoolExecutor() as clients:
        pid = instances.start()
        answer = clients.submit(ask, instances.socket_path, "/?takes_s=30")
        wait_until(lambda: accepted_count(pid, instances.socket_path) == 1, within_s=10, what="a running request")
        started_s = time.monotonic()
        assert instances.stop(pid) == 0
        assert 0.4 < time.monotonic() - started_s < 5
        assert answer.result() == b""
        assert "Gave up 1 requests" in instances.log.read_text()


def test_an_instance_that_is_stopped_as_soon_as_it_is_ready_ends_well(tmp_path: Path) -> None:
    with Instances("echo", tmp_path) as instances:
        for _ in range(5):
            assert instances.stop(instances.start()) == 0


def test_an_instance_accepts_no_more_than_it_can_serve(tmp_path: Path) -> None:
    # The instances are killed first, and so end what the clients wait for.
    with ThreadPoolExecutor() as clients, Instances("slow", tmp_path, {"CONCURRENCY": "2"}) as instances:
        full = instances.start()
        long = [clients.submit(ask, instances.socket_path, "/?takes_s=30") for _ in range(2)]
        wait_until(lambda: accepted_count(full, instances.socket_path) == 2, within_s=10, what="a full instance")
        waiting = clients.submit(ask, instances.socket_path)
        instances.start()  # finds the third in the queue
        assert waiting.result(timeout=20).endswith(b"done")
        assert not any(answer.done() for answer in long)


def accepted_count(pid: int, socket_path: Path) -> int:
    """How many connections of a Unix socket a process has accepted, by what the kernel tells of both."""
    named = (
        line.split() for line in Path("/proc/net/unix").read_text().splitlines() if line.endswith(str(socket_path))
    )
    accepted = {f"socket:[{fields[6]}]" for fields in named if fields[5] == "03"}  # connected, not listening
    return sum(link in accepted for link in links(pid))


def listens_no_more(pid: int, socket_path: Path) -> bool:
    named = (
        line.split() for line in Path("/proc/net/unix").read_text().splitlines() if line.endswith(str(socket_path))
    )
    listening = {f"socket:[{fields[6]}]" for fields in named if fields[3] == "00010000"}
    return not any(link in listening for link in links(pid))


def links(pid: int) -> list[str]:
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):  # closed meanwhile
            found.append(str(link.readlink()))
    return found
