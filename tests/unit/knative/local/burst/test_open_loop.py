"""The load comes at its rate whatever the server does, and each request is told of once. More: tests/unit/bench."""

import socket
import subprocess
import sys
import threading
from itertools import repeat

import pytest

from knative.local.burst.connection import Connection, get
from knative.local.burst.open_loop import NO_ANSWER, open_loop
from knative.local.burst.record import Record

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Told(Record):
    def turned(self, at_s: float) -> None:
        """Nobody looks at it meanwhile."""


def answer_all(listening: socket.socket) -> None:
    """Answers each read, a request here, on as many connections as come."""

    def answer(client: socket.socket) -> None:
        with client:
            while client.recv(65536):
                client.sendall(OK)

    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(client,), daemon=True).start()


def test_a_request_that_could_not_be_sent_is_lost_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sending, turns = Connection.send, iter(range(1000))

    def send(self: Connection, request: bytes, due_s: float) -> None:
        if next(turns) == 5:
            raise BrokenPipeError
        sending(self, request, due_s)

    monkeypatch.setattr(Connection, "send", send)
    record = Told()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=answer_all, args=(listening,), daemon=True).start()
        port = listening.getsockname()[1]
        request = get("/", "localhost")
        open_loop(port, repeat(request), record, rate=100, for_s=0.2, last_answers_within_s=0.5)
        listening.shutdown(socket.SHUT_RDWR)
    assert record.statuses == {NO_ANSWER: 1, 200: 19}
    assert record.pending_count == 0


def test_a_shell_s_bound_of_open_files_does_not_bound_the_load() -> None:
    code = (
        "import resource as r\n"
        "from knative.local.burst import run\n"
        "hard = r.getrlimit(r.RLIMIT_NOFILE)[1]\n"
        "r.setrlimit(r.RLIMIT_NOFILE, (64, hard))\n"
        "run._allow_connections()\n"
        "print(r.getrlimit(r.RLIMIT_NOFILE)[0] > 1024 or hard)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
