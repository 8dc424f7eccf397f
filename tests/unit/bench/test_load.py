"""The load generators against a small server, for a figure is worth no more than what counts it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

from tests.bench.connection import get
from tests.bench.load import closed_loop, open_loop

REQUEST = get("/", "127.0.0.1")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@contextmanager
def server(answer: Callable[[int], bytes | None]) -> Iterator[int]:
    """Answers the n-th request of all with what `answer` gives; None closes the connection. Gives its port."""
    counter = iter(range(10**9))

    def serve(client: socket.socket) -> None:
        # A client that leaves with an answer under way resets the connection.
        with client, suppress(ConnectionError):
            pending = b""
            while data := client.recv(65536):
                pending += data
                while pending.endswith(b"\r\n\r\n"):
                    pending = b""
                    reply = answer(next(counter))
                    if reply is None:
                        return
                    client.sendall(reply)

    def accept() -> None:
        while True:
            try:
                client, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            acceptor.join(5.0)


def test_a_closed_loop_counts_each_answer_once() -> None:
    answered: list[int] = []

    def answer(number: int) -> bytes:
        answered.append(number)
        return OK

    with server(answer) as port:
        load = closed_loop(port, repeat(REQUEST), connection_count=3, for_s=0.2)
    # The last of each connection may have been under way at the end.
    assert len(answered) - 3 <= load.answered_count <= len(answered)
    assert load.error_count == 0
    assert len(load.latencies_s) == load.answered_count


def test_another_status_is_an_error_and_has_no_latency() -> None:
    with server(lambda number: BUSY if number % 2 else OK) as port:
        load = open_loop(port, repeat(REQUEST), rate=200, for_s=0.1)
    assert (load.answered_count, load.statuses[503]) == (10, 10)
    assert len(load.latencies_s) == 10


def test_a_connection_that_is_closed_without_an_answer_is_an_error() -> None:
    with server(lambda number: None if number == 5 else OK) as port:
        load = open_loop(port, repeat(REQUEST), rate=200, for_s=0.1)
    assert (load.answered_count, load.error_count) == (19, 1)


def test_an_open_loop_counts_from_when_a_request_was_due() -> None:
    released = threading.Event()

    def answer(number: int) -> bytes:
        released.wait(10.0)
        return OK

    with server(answer) as port:
        threading.Timer(0.3, released.set).start()
        load = open_loop(port, repeat(REQUEST), rate=100, for_s=0.2)
    assert load.answered_count == 20
    # The first was due 0.3 s before the stall ended, the last 0.11 s: all of them have waited, and it shows.
    assert max(load.latencies_s) > 0.25
    assert min(load.latencies_s) > 0.05


def test_an_answer_in_pieces_is_one_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                for byte in OK:
                    client.sendall(bytes([byte]))
                client.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        load = open_loop(listening.getsockname()[1], repeat(REQUEST), rate=10, for_s=0.1)
    assert load.answered_count == 1


def test_an_answer_that_never_ends_is_an_error() -> None:
    with server(lambda number: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel") as port:
        began_s = time.monotonic()
        load = open_loop(port, repeat(REQUEST), rate=20, for_s=0.1, last_answers_within_s=0.2)
    assert (load.answered_count, load.error_count) == (0, 2)
    assert time.monotonic() - began_s < 5.0
