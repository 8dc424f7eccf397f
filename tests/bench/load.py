"""Load generators: one that keeps a server busy, one that comes at a rate whatever the server does.

Both are one thread on epoll with requests made beforehand, without end (`itertools.repeat` of one, or each another), so
that they need little of the processors that the server under test runs on. `Load.generator_cpu_s` tells how much.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from knative.local.burst.open_loop import LAST_ANSWERS_WITHIN_S, NO_ANSWER, polled
from knative.local.burst.open_loop import open_loop as send_at_a_rate
from tests.bench.connection import Connection


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

    def sent(self, at_s: float, late_s: float) -> None:
        """What was sent is what was answered, or was not."""

    def turned(self, at_s: float) -> None:
        """Nobody looks at it meanwhile."""

    def answered(self, at_s: float, status: int, latency_s: float) -> None:
        self.statuses[status] += 1
        if _success(status):
            self.latencies_s.append(latency_s)


def closed_loop(port: int, requests: Iterable[bytes], *, connection_count: int, for_s: float) -> Load:
    """Have each of some connections ask for the next thing as soon as it is answered, for a time."""
    following = iter(requests)
    load = Load()
    cpu_s, began_s = time.process_time(), time.perf_counter()
    with polled(Connection(port) for _ in range(connection_count)) as (poll, connections):
        for connection in connections.values():
            connection.send(next(following), time.perf_counter())
        while (now_s := time.perf_counter()) < began_s + for_s and connections:
            for descriptor, _ in poll.poll(0.1):
                connection = connections[descriptor]
                try:
                    status = connection.receive()
                    if status is not None:
                        now_s = time.perf_counter()
                        load.answered(now_s - began_s, status, now_s - connection.since_s)
                        connection.send(next(following), now_s)
                except OSError:
                    load.answered(now_s - began_s, NO_ANSWER, 0.0)
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
    """Send the next request each 1 / rate seconds, as `zerocart burst` does; latency counts from when it was due."""
    load = Load()
    cpu_s, began_s = time.process_time(), time.perf_counter()
    send_at_a_rate(port, requests, load, rate=rate, for_s=for_s, last_answers_within_s=last_answers_within_s)
    load.duration_s = time.perf_counter() - began_s
    load.generator_cpu_s = time.process_time() - cpu_s
    return load


def _success(status: int) -> bool:
    return 200 <= status < 300
