"""A load that comes at a rate whatever the server does, as people do: they do not wait for each other.

One thread on epoll with requests made beforehand, so that it needs little of the processors that the server under
load runs on. `zerocart burst` and the benchmarks send with it.
"""

import contextlib
import select
import time
from collections.abc import Iterable, Iterator
from typing import Protocol

from knative.local.burst.connection import Connection

LAST_ANSWERS_WITHIN_S = 10.0
NO_ANSWER = 0  # in place of a status: the connection was closed, refused, or fell silent
_LONGEST_WAIT_S = 0.1


class Witness(Protocol):
    """Whoever is told what happens. Times are seconds since the load began."""

    def sent(self, at_s: float, late_s: float) -> None:
        """A request was sent, or could not be: so long after it was due."""

    def answered(self, at_s: float, status: int, latency_s: float) -> None:
        """An answer came, or NO_ANSWER. Latency counts from when the request was due."""

    def turned(self, at_s: float) -> None:
        """Some time has passed, several times a second."""


def open_loop(
    port: int,
    requests: Iterable[bytes],
    witness: Witness,
    *,
    rate: float,
    for_s: float,
    last_answers_within_s: float = LAST_ANSWERS_WITHIN_S,
) -> None:
    """Send the next request each 1 / rate seconds, each on a connection that is free, or a new one, while there is one.

    Latency counts from when a request was due, not from when it could be sent: a server that stalls is not excused
    for the requests that a client would have sent meanwhile (coordinated omission).
    """
    following = iter(requests)
    due_count, sent_count = int(rate * for_s), 0
    began_s = time.perf_counter()
    free: list[Connection] = []
    with polled() as (poll, connections):
        while sent_count < due_count or len(free) < len(connections):
            now_s = time.perf_counter()
            witness.turned(now_s - began_s)
            while sent_count < due_count and (due_s := began_s + sent_count / rate) <= now_s:
                request = next(following, None)
                if request is None:
                    due_count = sent_count
                    break
                sent_count += 1
                witness.sent(now_s - began_s, now_s - due_s)
                connection = None
                try:
                    connection = free.pop() if free else _opened(port, poll, connections)
                    connection.send(request, due_s)
                except OSError:
                    witness.answered(now_s - began_s, NO_ANSWER, 0.0)
                    if connection:
                        # What it still has to say is of a request that has been counted.
                        connections.pop(connection.fileno()).close()
            if now_s > began_s + for_s + last_answers_within_s:
                for _ in range(len(connections) - len(free)):
                    witness.answered(now_s - began_s, NO_ANSWER, 0.0)
                break
            wait_s = began_s + sent_count / rate - time.perf_counter() if sent_count < due_count else _LONGEST_WAIT_S
            for descriptor, _ in poll.poll(min(max(0.0, wait_s), _LONGEST_WAIT_S)):
                connection = connections[descriptor]
                try:
                    status = connection.receive()
                except OSError:
                    if connection in free:
                        free.remove(connection)
                    else:
                        witness.answered(time.perf_counter() - began_s, NO_ANSWER, 0.0)
                    connections.pop(descriptor).close()
                    continue
                if status is not None:
                    now_s = time.perf_counter()
                    witness.answered(now_s - began_s, status, now_s - connection.since_s)
                    free.append(connection)


@contextlib.contextmanager
def polled(made: Iterable[Connection] = ()) -> Iterator[tuple[select.epoll, dict[int, Connection]]]:
    """Connections by descriptor, and what tells which of them have something to read; all are closed at the end."""
    connections: dict[int, Connection] = {}
    with contextlib.closing(select.epoll()) as poll:
        try:
            for connection in made:
                connections[connection.fileno()] = connection
                poll.register(connection.fileno(), select.EPOLLIN)
            yield poll, connections
        finally:
            for connection in connections.values():
                connection.close()


def _opened(port: int, poll: select.epoll, connections: dict[int, Connection]) -> Connection:
    connection = Connection(port)
    connections[connection.fileno()] = connection
    poll.register(connection.fileno(), select.EPOLLIN)
    return connection
