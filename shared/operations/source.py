"""Who is asked: the engine where it gives its address, else Prometheus, which can be looked at and does nothing."""

from collections.abc import Mapping
from typing import Protocol

from shared.errors import NotSupported
from shared.operations.picture import Picture
from shared.settings import Settings

NOBODY = "Nobody tells how the functions run here: neither the engine's address is set, nor PROMETHEUS_URL"


class Source(Protocol):
    """Whoever knows how the functions run."""

    def look(self) -> Picture:
        """What there is now. Raises Unavailable."""

    def do(self, deed: str, by: str, asked: Mapping[str, object]) -> str:
        """Have a deed done for somebody; in words, what was done.

        Raises:
            NotSupported: it cannot be done here.
            Conflict: not as things are now.
            NotFound: there is no such function or revision.
            Unprocessable: it makes no sense.
            Unavailable: nobody answers.
        """


def source(settings: Settings) -> Source:
    """The source of this environment. Raises NotSupported where there is none."""
    # Of the two, a process needs one.
    if settings.operations_socket:
        from shared.operations.engine import Engine  # noqa: PLC0415

        return Engine(settings.operations_socket, settings.operations_key)
    if settings.prometheus_url:
        from shared.operations.prometheus import Prometheus  # noqa: PLC0415

        return Prometheus(settings.prometheus_url)
    raise NotSupported(NOBODY)
