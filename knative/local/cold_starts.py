"""How the instances came to be: a cold start as its phases, for each revision how many and the last one.

Knative tells neither. Four moments are seen from the engine, in this order:

    a connection waits at zero -> a fork is asked for -> the zygote has forked -> the instance says that it accepts

The first exists only where a request found nobody; an instance that is started because others are busy has none.
What comes after, the request's own way through the instance, is in the trace and the metrics of the function.

Pure: the caller has the clock.
"""

from collections import deque
from dataclasses import dataclass

from knative.local.model import RevisionName


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStart:
    """One start, in seconds.

    Args:
        queued_s: from the connection that waited until a fork was asked for; None: none waited.
        forked_s: from then until the zygote had forked.
        ready_s: from then until the instance accepted.
    """

    queued_s: float | None
    forked_s: float
    ready_s: float

    @property
    def total_s(self) -> float:
        return (self.queued_s or 0.0) + self.forked_s + self.ready_s


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdStarts:
    """Those of a revision since the engine started."""

    count: int = 0
    last: ColdStart | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    waited_since_s: float | None
    at_s: float


class StartBook:
    """The starts that are under way, and what is known of those before."""

    def __init__(self) -> None:
        self._waiting_s: dict[RevisionName, float] = {}
        self._asked: dict[RevisionName, deque[_Asked]] = {}
        self._forked: dict[int, tuple[_Asked, float]] = {}
        self._done: dict[RevisionName, ColdStarts] = {}

    def of(self, name: RevisionName) -> ColdStarts:
        return self._done.get(name, ColdStarts())

    def waits(self, name: RevisionName, now_s: float) -> None:
        """A connection waits at a revision that has nobody; the first fork is for it."""
        self._waiting_s[name] = now_s

    def asked(self, name: RevisionName, now_s: float) -> float | None:
        """A fork was asked for. Gives for how many seconds a connection has waited for it; None: none has."""
        asked = _Asked(self._waiting_s.pop(name, None), now_s)
        self._asked.setdefault(name, deque()).append(asked)
        return None if asked.waited_since_s is None else now_s - asked.waited_since_s

    def forked(self, pid: int, name: RevisionName, now_s: float) -> None:
        """The zygote has forked: it does so in the order in which it is asked."""
        if pid not in self._forked and (asked := self._asked.get(name)):
            self._forked[pid] = (asked.popleft(), now_s)

    def ready(self, pid: int, name: RevisionName, now_s: float) -> ColdStart | None:
        """An instance accepts. None for one whose beginning was not seen: an engine before this one asked for it."""
        # Its own word may come before the zygote's, which then finds that it is no news.
        self.forked(pid, name, now_s)
        if pid not in self._forked:
            return None
        asked, forked_at_s = self._forked[pid]
        if forked_at_s == _ACCEPTED:
            return None
        self._forked[pid] = (asked, _ACCEPTED)
        start = ColdStart(
            queued_s=None if asked.waited_since_s is None else asked.at_s - asked.waited_since_s,
            forked_s=forked_at_s - asked.at_s,
            ready_s=now_s - forked_at_s,
        )
        self._done[name] = ColdStarts(count=self.of(name).count + 1, last=start)
        return start

    def ended(self, pid: int) -> None:
        self._forked.pop(pid, None)

    def lose_asked(self) -> None:
        """The zygote is gone, and what it was asked for with it."""
        self._asked.clear()

    def forget(self, name: RevisionName) -> None:
        """The revision is gone."""
        for book in (self._waiting_s, self._asked, self._done):
            book.pop(name, None)


# In place of when it was forked: this pid has been counted, and a second word of it starts nothing.
_ACCEPTED = float("inf")
