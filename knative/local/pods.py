"""Which Pod a process is: as on a cluster, one that dies is started again in its Pod, which says how it ended.

An engine that starts knows of no restarts before it: the Pods of what it finds are new. Start at `Pods.begin`.
"""

from dataclasses import dataclass, replace

from knative.local.model import RevisionName

KILLED_EXIT_CODE = 137
OUT_OF_MEMORY = "OOMKilled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a container ended, in the words of Kubernetes' `state.terminated`. Times are RFC 3339."""

    exit_code: int
    reason: str
    started_at: str
    finished_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A Pod, and its one container.

    Args:
        number: the pid of its first process, which is in its name.
        pid: of the process that it has now; None: the next one is yet to start.
        made_at: when it was made, RFC 3339.
        began_at: when its process was started.
        last: how the process before ended.
    """

    number: int
    pid: int | None
    made_at: str
    began_at: str
    restart_count: int = 0
    last: Ended | None = None


class Pods:
    """The Pods of all revisions. Times are RFC 3339, of the caller."""

    def __init__(self) -> None:
        self._running: dict[int, Pod] = {}
        self._waiting: dict[RevisionName, list[Pod]] = {}
        self._words: dict[int, tuple[int, str]] = {}

    def begin(self, pid: int, revision: RevisionName, now: str) -> None:
        """A process has started: in the Pod of one that died, or in a new one. Said again, it changes nothing."""
        if pid in self._running:
            return
        if waiting := self._waiting.get(revision):
            self._running[pid] = replace(waiting.pop(0), pid=pid, began_at=now)
        else:
            self._running[pid] = Pod(number=pid, pid=pid, made_at=now, began_at=now)

    def note_end(self, pid: int, exit_code: int, reason: str = "") -> None:
        """It is about to end so; `reason` only where that is another than follows from the code."""
        self._words[pid] = exit_code, reason or ("Error" if exit_code else "Completed")

    def end(self, pid: int, revision: RevisionName, now: str, *, was_told: bool) -> None:
        """A process has ended. Of who said nothing, it was killed.

        Args:
            was_told: it was asked to go, and its Pod goes with it.
        """
        pod = self._running.pop(pid, None)
        exit_code, reason = self._words.pop(pid, (KILLED_EXIT_CODE, "Error"))
        if pod is None or was_told:
            return
        last = Ended(exit_code=exit_code, reason=reason, started_at=pod.began_at, finished_at=now)
        waiting = replace(pod, pid=None, restart_count=pod.restart_count + 1, last=last)
        self._waiting.setdefault(revision, []).append(waiting)

    def drop_waiting(self, wanted: set[RevisionName]) -> None:
        """The Pods that wait for a process of what shall have none go."""
        for revision in self._waiting.keys() - wanted:
            del self._waiting[revision]

    def of(self, pid: int) -> Pod:
        """The Pod that a process is."""
        return self._running[pid]

    def waiting(self, revision: RevisionName) -> list[Pod]:
        """The Pods whose next process is yet to start."""
        return self._waiting.get(revision, [])
