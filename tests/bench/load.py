"""Load generators: one that keeps a server busy, one that comes at a rate whatever the server does.

Both are one thread on epoll with requests made beforehand, without end (`itertools.repeat` of one, or each another), so
that they need little of the processors that the server under test runs on. `Load.generator_cpu_s` tells how much.
"""

import contextlib
import select
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.bench.connection import Connection

LAST_ANSWERS_WITHIN_S = 10.0
_CLOSED = 0  # in `statuses`: no answer, the connection was closed, refused, or fell silent


@dataclass(slots=True, kw_only=True)
class Load:
    """What came of a load. Answered are the requests with a status from 200 to 299; latencies are theirs."""

    duration_s: float = 0.0
    generator_cpu_s: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies_s: list[float] = field(default_factory=list)

    @property
    def answered_count(self) -> int:
        return sum(count for status, count in self.statuses.items() if _success(status))

    @property
    def error_count(self) -> int:
        return self.statuses.total() - self.answered_count

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered_count / self.duration_s

    def note(self, status: int, latency_s: float) -> None:
        self.statuses[status] += 1
        if _success(status):
            self.latencies_s.append(latency_s)


def closed_loop(port: int, requests: Iterable[bytes], *, connection_count: int, for_s: float) -> Load:
    """Have each of some connections ask for the next thing as soon as it is answered, for a time."""
    following = iter(requests)
    load = Load()
    cpu_s, began_s = time.process_time(), time.perf_counter()
    with _polled(Connection(port) for _ in range(connection_count)) as (poll, connections):
        for connection in connections.values():
            connection.send(next(following), time.perf_counter())
        while (now_s := time.perf_counter()) < began_s + for_s and connections:
            for descriptor, _ in poll.poll(0.1):
                connection = connections[descriptor]
                try:
                    status = connection.receive()
                    if status is not None:
                        now_s = time.perf_counter()
                        load.note(status, now_s - connection.since_s)
                        connection.send(next(following), now_s)
                except OSError:
                    load.note(_CLOSED, 0.0)
                    connections.pop(descriptor).close()
    load.duration_s = time.perf_counter() - began_s
    load.generator_cpu_s = time.process_time() - cpu_s
    return load


def open_loop(
    port: int,
    requests: Iterable[bytes],
    *,
    rate: float,
    for_s: float,
    last_answers_within_s: float = LAST_ANSWERS_WITHIN_S,
) -> Load:
    """Send the next request each 1 / rate seconds, each on a connection that is free, or a new one.

    Latency counts from when a request was due, not from when it could be sent: a server that stalls is not excused
    for the requests that a client would have sent meanwhile (coordinated omission).
    """
    load, following = Load(), iter(requests)
    due_count, sent_count = int(rate * for_s), 0
    cpu_s, began_s = time.process_time(), time.perf_counter()
    free: list[Connection] = []
    with _polled(()) as (poll, connections):
        while sent_count < due_count or len(free) < len(connections):
            now_s = time.perf_counter()
            while sent_count < due_count and (due_s := began_s + sent_count / rate) <= now_s:
                sent_count += 1
                try:
                    connection = free.pop() if free else _opened(port, poll, connections)
                    connection.send(next(following), due_s)
                except OSError:
                    load.note(_CLOSED, 0.0)
            if now_s > began_s + for_s + last_answers_within_s:
                load.statuses[_CLOSED] += len(connections) - len(free)
                break
            wait_s = began_s + sent_count / rate - time.perf_counter() if sent_count < due_count else 0.1
            for descriptor, _ in poll.poll(max(0.0, wait_s)):
                connection = connections[descriptor]
                try:
                    status = connection.receive()
                except OSError:
                    if connection in free:
                        free.remove(connection)
                    else:
                        load.note(_CLOSED, 0.0)
                    connections.pop(descriptor).close()
                    continue
                if status is not None:
                    load.note(status, time.perf_counter() - connection.since_s)
                    free.append(connection)
    load.duration_s = time.perf_counter() - began_s
    load.generator_cpu_s = time.process_time() - cpu_s
    return load


def _success(status: int) -> bool:
    return 200 <= status < 300


def _opened(port: int, poll: select.epoll, connections: dict[int, Connection]) -> Connection:
    connection = Connection(port)
    connections[connection.fileno()] = connection
    poll.register(connection.fileno(), select.EPOLLIN)
    return connection


@contextlib.contextmanager
def _polled(made: Iterable[Connection]) -> Iterator[tuple[select.epoll, dict[int, Connection]]]:
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
