"""What was made of something, kept while it is made of the same: hundreds of things at rest cost a look each."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by key. What nobody asks for between two calls of `sweep` is forgotten."""

    def __init__(self) -> None:
        self._before: dict[Hashable, tuple[tuple[object, ...], T]] = {}
        self._now: dict[Hashable, tuple[tuple[object, ...], T]] = {}

    def of(self, key: Hashable, sources: tuple[object, ...], make: Callable[[], T]) -> T:
        """The value of a key: the one from before where the sources are equal, or else what `make` gives.

        Sources that are the same objects are equal at once, however large they are.
        """
        found = self._now.get(key) or self._before.get(key)
        value = found[1] if found is not None and found[0] == sources else make()
        self._now[key] = sources, value
        return value

    def sweep(self) -> None:
        """Forget what nobody has asked for since the last time."""
        self._before, self._now = self._now, {}
