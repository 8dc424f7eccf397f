"""The function processes that live now: found by their records, followed by the kernel, whoever forked them.

An instance is a child of the zygote, not of the engine, so its end is learned from a pidfd. What the table
knows can always be read again from the records' folder, which is how an engine that starts finds its instances.
"""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from knative.local.model import RevisionName
from knative.local.processes import ProcessIdentity, identify, send_signal
from knative.local.reconciler import Instance, Phase


@dataclass(slots=True)
class _Entry:
    identity: ProcessIdentity
    revision: RevisionName
    phase: Phase
    since_s: float
    pidfd: int
    is_taking: bool = True


class InstanceTable:
    """Every instance by pid, and forks that the zygote has not confirmed yet.

    Args:
        records: the folder of the instances' records.
        on_end: called with pid, revision and the phase it ended in, when an instance has ended.
    """

    def __init__(self, records: Path, on_end: Callable[[int, RevisionName, Phase], None]) -> None:
        self._records = records
        self._on_end = on_end
        self._entries: dict[int, _Entry] = {}
        self._pending: list[tuple[RevisionName, float]] = []

    def adopt(self, now_s: float, *, stray: bool) -> list[RevisionName]:
        """Take in the living instances that an earlier engine left; gives their revisions.

        Args:
            stray: nobody has their sockets any more, so they are to finish what they have and go.
        """
        adopted = []
        for path in self._records.iterdir():
            if not path.name.isdecimal():
                continue
            try:
                record = json.loads(path.read_bytes())
            except FileNotFoundError:
                # It ended just now, and the zygote has cleared it away.
                continue
            identity = ProcessIdentity(pid=record["pid"], start_ticks=record["start_ticks"])
            if not identity.alive:
                path.unlink(missing_ok=True)
                continue
            phase = Phase.STRAY if stray else Phase.READY if record["ready"] else Phase.STARTING
            revision = RevisionName(record["revision"])
            if self._follow(identity, revision, phase, now_s):
                self._entries[identity.pid].is_taking = record.get("taking", True)
                adopted.append(revision)
        return adopted

    def expect(self, revision: RevisionName, now_s: float) -> None:
        """A fork was asked for; until it is confirmed it counts as an instance that starts."""
        self._pending.append((revision, now_s))

    def forked(self, pid: int, revision: RevisionName, now_s: float) -> None:
        """The zygote confirmed a fork; it started when it was asked for."""
        if pid in self._entries:
            # Its own word came first; what else is pending is another fork.
            return
        since_s = now_s
        for index, (name, asked_s) in enumerate(self._pending):
            if name == revision:
                since_s = asked_s
                del self._pending[index]
                break
        identity = identify(pid)
        if identity is None or not self._follow(identity, revision, Phase.STARTING, since_s):
            self._on_end(pid, revision, Phase.STARTING)

    def ready(self, pid: int, revision: RevisionName, now_s: float) -> float | None:
        """An instance said that it accepts; gives how long its start took, where that is known."""
        entry = self._entries.get(pid)
        if entry is None:
            # Its word came before the zygote's.
            self.forked(pid, revision, now_s)
            entry = self._entries.get(pid)
        if entry is None or entry.phase is not Phase.STARTING:
            return None
        took_s = now_s - entry.since_s
        entry.phase, entry.since_s = Phase.READY, now_s
        return took_s

    def take(self, pid: int, taking: bool) -> None:
        """An instance that is ready says whether it takes requests."""
        if entry := self._entries.get(pid):
            entry.is_taking = taking

    def drain(self, pid: int, now_s: float) -> None:
        """Ask an instance to finish and leave."""
        if entry := self._entries.get(pid):
            entry.phase, entry.since_s = Phase.DRAINING, now_s
            send_signal(entry.identity, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        if entry := self._entries.get(pid):
            send_signal(entry.identity, signal.SIGKILL)

    def lose_pending(self) -> None:
        """The zygote is gone, and with it the forks that it had not confirmed."""
        self._pending.clear()

    def observed(self) -> list[Instance]:
        """What is, for the reconciler."""
        return [
            Instance(
                pid=entry.identity.pid,
                revision=entry.revision,
                phase=entry.phase,
                since_s=entry.since_s,
                is_taking=entry.is_taking,
            )
            for entry in self._entries.values()
        ] + [
            Instance(pid=0, revision=revision, phase=Phase.STARTING, since_s=since_s)
            for revision, since_s in self._pending
        ]

    def ready_count(self, revision: RevisionName) -> int:
        return sum(each.revision == revision and each.is_ready for each in self.observed())

    @property
    def pids(self) -> list[int]:
        return list(self._entries)

    def _follow(self, identity: ProcessIdentity, revision: RevisionName, phase: Phase, now_s: float) -> bool:
        try:
            pidfd = os.pidfd_open(identity.pid)
        except ProcessLookupError:
            return False
        self._entries[identity.pid] = _Entry(identity, revision, phase, now_s, pidfd)
        asyncio.get_running_loop().add_reader(pidfd, self._ended, identity.pid)
        return True

    def _ended(self, pid: int) -> None:
        entry = self._entries.pop(pid)
        asyncio.get_running_loop().remove_reader(entry.pidfd)
        os.close(entry.pidfd)
        with contextlib.suppress(FileNotFoundError):
            (self._records / str(pid)).unlink()
        self._on_end(pid, entry.revision, entry.phase)
