"""Asks the source of this environment: what it tells, and what it does, is the state of the running shop."""

import logging
from collections.abc import Generator, Mapping

from shared import settings
from shared.operations.events import stream
from shared.operations.picture import Picture
from shared.operations.source import source
from shared.tokens import Identity

_log = logging.getLogger(__name__)


def look() -> Picture:
    """What there is now. Raises NotSupported, Unavailable."""
    return source(settings.current()).look()


def events(last_id: str | None) -> Generator[bytes]:
    """What there is, again and again. Raises NotSupported at once, where nobody can tell."""
    return stream(source(settings.current()).look, last_id)


def do(deed: str, identity: Identity | None, asked: Mapping[str, object]) -> str:
    """Have a deed done, and note for whom. Raises what `Source.do` raises."""
    assert identity is not None, "a role is asked for, so the caller is known"
    told = source(settings.current()).do(deed, identity.subject, asked)
    _log.warning("%s, by %s: %s", deed, identity.subject, told)
    return told
