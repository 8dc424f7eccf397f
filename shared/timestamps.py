"""Times as text."""

from datetime import UTC, datetime


def rfc3339(moment: datetime, timespec: str = "seconds") -> str:
    """A moment in UTC as RFC 3339 has it, with the `Z` that Kubernetes, CloudEvents and browsers write.

    Args:
        moment: with its time zone.
        timespec: how fine, as `datetime.isoformat` names it.
    """
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
