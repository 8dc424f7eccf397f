"""What this process saw last, for when both the cache and the database are away. Bounded, and safe for threads."""

import threading
from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A value, and when it was loaded, in seconds since the epoch."""

    value: bytes
    loaded_s: float


class StaleCopies:
    """The copies used last, by key: the one left alone longest goes first when there are too many, or too big ones."""

    def __init__(self, *, most: int = 256, most_bytes: int = 4 * 1024 * 1024) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._copies: OrderedDict[str, Copy] = OrderedDict()
        self._size_bytes = 0
        self._lock = threading.Lock()

    def put(self, key: str, copy: Copy) -> None:
        with self._lock:
            self._remove(key)
            self._copies[key] = copy
            self._size_bytes += len(copy.value)
            while len(self._copies) > self._most or self._size_bytes > self._most_bytes:
                self._remove(next(iter(self._copies)))

    def get(self, key: str) -> Copy | None:
        with self._lock:
            copy = self._copies.get(key)
            if copy is not None:
                self._copies.move_to_end(key)
            return copy

    def remove(self, key: str) -> None:
        with self._lock:
            self._remove(key)

    def _remove(self, key: str) -> None:
        if (copy := self._copies.pop(key, None)) is not None:
            self._size_bytes -= len(copy.value)
