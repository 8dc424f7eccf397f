"""The listening Unix sockets of the revisions: the place where requests wait for an instance.

A connection to a revision at zero waits in the kernel's accept queue, as it would in Knative's activator. The
engine watches such a socket, and the instances that it then has forked accept from the very same one.
"""

import asyncio
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from knative.local.listening import listen
from knative.local.model import RevisionName


class SocketTable:
    """The sockets by revision, and which of them are watched.

    Args:
        path_of: where a revision's socket lies.
        on_waiting: called with the revision when a connection waits at a watched socket; the watch is over then.
    """

    def __init__(self, path_of: Callable[[RevisionName], Path], on_waiting: Callable[[RevisionName], None]) -> None:
        self._path_of = path_of
        self._on_waiting = on_waiting
        self._sockets: dict[RevisionName, socket.socket] = {}
        self._watched: set[RevisionName] = set()

    def adopt(self, kept: Mapping[str, socket.socket]) -> None:
        """Take over sockets that a zygote kept; one that we have already is closed again."""
        for name, listening in kept.items():
            revision = RevisionName(name)
            if revision in self._sockets:
                listening.close()
            else:
                self._sockets[revision] = listening

    def open(self, revision: RevisionName) -> socket.socket:
        listening = listen(self._path_of(revision))
        self._sockets[revision] = listening
        return listening

    def get(self, revision: RevisionName) -> socket.socket:
        return self._sockets[revision]

    def close(self, revision: RevisionName) -> None:
        self.unwatch(revision)
        self._sockets.pop(revision).close()
        self._path_of(revision).unlink(missing_ok=True)

    def watch(self, revision: RevisionName) -> None:
        asyncio.get_running_loop().add_reader(self._sockets[revision].fileno(), self._waiting, revision)
        self._watched.add(revision)

    def unwatch(self, revision: RevisionName) -> None:
        if revision in self._watched:
            asyncio.get_running_loop().remove_reader(self._sockets[revision].fileno())
            self._watched.discard(revision)

    def items(self) -> list[tuple[RevisionName, socket.socket]]:
        return list(self._sockets.items())

    @property
    def listening(self) -> frozenset[RevisionName]:
        return frozenset(self._sockets)

    @property
    def watched(self) -> frozenset[RevisionName]:
        return frozenset(self._watched)

    def _waiting(self, revision: RevisionName) -> None:
        self.unwatch(revision)
        self._on_waiting(revision)
