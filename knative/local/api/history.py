"""The objects as clients see them, each with the version in which it became so, and the changes that led there.

A version is counted up with each change and never given twice, not by a later engine either. The last changes
are kept for watches that begin, or go on, at an earlier version; one from before these is told to list anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from knative.local.api.statuses import expired
from knative.local.objects.json_values import Object, mapping
from knative.local.objects.world import Difference, Reference, reference_of

KEPT_CHANGES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One object became other. `made` is the object after it, or the last one where it is gone."""

    version: int
    type: Literal["ADDED", "MODIFIED", "DELETED"]
    reference: Reference
    made: Object
    before: Object | None = None


class History:
    """Args:
    first_version: greater than any version that an engine before this one has given.
    on_version: called with each new version, before anybody sees it.
    """

    def __init__(self, first_version: int, on_version: Callable[[int], None] = lambda _version: None) -> None:
        self.version = first_version
        self.objects: dict[Reference, Object] = {}
        self._first_version = first_version
        self._on_version = on_version
        self._bodies: dict[Reference, Object] = {}
        self._changes: deque[Change] = deque(maxlen=KEPT_CHANGES)
        self._changed = asyncio.Event()
        self._shown: list[Object] = []

    def put(self, body: Object) -> Object:
        """Take an object as it is now, which has no version yet; gives it with its version."""
        reference = reference_of(body)
        if self._bodies.get(reference) == body:
            return self.objects[reference]
        before = self.objects.get(reference)
        made = _with_version(body, self._next())
        self._bodies[reference], self.objects[reference] = body, made
        self._note("MODIFIED" if before else "ADDED", reference, made, before)
        return made

    def remove(self, reference: Reference) -> Object:
        """An object is gone; gives it as it was, with the version of its end."""
        body, before = self._bodies.pop(reference), self.objects.pop(reference)
        made = _with_version(body, self._next())
        self._note("DELETED", reference, made, before)
        return made

    def show(self, body: Object) -> Object:
        """As `put`, of an object that somebody has just written: how it really is follows."""
        self._shown.append(body)
        return self.put(body)

    def take_shown(self) -> list[Object]:
        """What was shown since the last time."""
        shown, self._shown = self._shown, []
        return shown

    def follow(self, difference: Difference) -> None:
        """Take what has become other."""
        for reference in difference.gone:
            if reference in self.objects:
                self.remove(reference)
        for body in difference.put:
            self.put(body)

    def select(self, resource: str, namespace: str) -> list[Object]:
        """The objects of a resource in a namespace, or in all where that is empty, in order of name."""
        found = [
            reference
            for reference in self.objects
            if reference.resource == resource and namespace in {"", reference.namespace}
        ]
        return [self.objects[reference] for reference in sorted(found)]

    def since(self, version: int) -> list[Change]:
        """What happened after a version, in order. Raises StatusError, 410, where that is no longer known."""
        oldest = self._changes[0].version - 1 if len(self._changes) == KEPT_CHANGES else self._first_version
        if not oldest <= version <= self.version:
            raise expired(version, oldest)
        found = list(takewhile(lambda change: change.version > version, reversed(self._changes)))
        return found[::-1]

    async def wait(self, seconds: float) -> None:
        """Return when something has changed, or when so much time has passed."""
        changed = self._changed
        try:
            async with asyncio.timeout(seconds):
                await changed.wait()
        except TimeoutError:
            return

    def _next(self) -> int:
        self.version += 1
        self._on_version(self.version)
        return self.version

    def _note(
        self, kind: Literal["ADDED", "MODIFIED", "DELETED"], reference: Reference, made: Object, before: Object | None
    ) -> None:
        self._changes.append(Change(version=self.version, type=kind, reference=reference, made=made, before=before))
        # Who waits has this event; who comes next waits for another one.
        self._changed.set()
        self._changed = asyncio.Event()


def _with_version(body: Object, version: int) -> Object:
    return {**body, "metadata": {**mapping(body, "metadata"), "resourceVersion": str(version)}}
