"""Which requests have waited so long that another answer than "come again" is worth nothing any more.

Many who come within some seconds are a burst, and a burst is worked off, as long as it takes in reason, or until more
instances have come. Where they go on coming and nobody comes through at once any more, a queue stands, and all that it
does is to make each answer late. Then who has waited for a second is told to come again, which costs little, and
whoever comes next is answered in time. (The idea is CoDel's, RFC 8289. It goes by the clock; here it is the time over
which those who wait have come, so that many at once are a burst also where a slow machine works at them for long.)

How long a request has waited, the gateway's header tells: when it came, in seconds since 1970, and in how many
milliseconds it was there whole, for a slow client waits for itself. What was while the instance was not ready, or had
nothing to do, does not count either: no queue stands before who is idle. The wait for a first instance is no overload,
nor is a way to it that takes long: on a cluster a ready instance gets its first request when Kubernetes and Knative
have found it to be ready, and that can be seconds later.
"""

import re
from collections.abc import Mapping

ENVIRON_KEY = "HTTP_X_REQUEST_ARRIVED"
# Shorter, and most are refused here and not by the gateway's bound, which costs less: docs/decisions/0052.
STANDING_LIMIT_S = 1.0
BURST_LIMIT_S = 8.0
# Of those who came in so long a time nobody came through at once: the queue stands.
STANDS_AFTER_S = 4.0
AT_ONCE_S = 0.1
# So long nothing was begun or ended: the instance was idle.
IDLE_S = 1.0

_ARRIVED = re.compile(r"([0-9]{1,12}\.[0-9]{3});(?:([0-9]{1,9})|-)")


class Patience:
    """Of one instance. Times are seconds since 1970, as the header has them.

    Args:
        ready_at_s: when it began to take requests.
    """

    __slots__ = ("_at_once_came_s", "_busy_s", "_idle_until_s")

    def __init__(self, ready_at_s: float) -> None:
        self._idle_until_s = ready_at_s
        # When the last one came who was taken up at once, and when a request was last begun or ended. Threads may
        # overwrite one another's: either is recent.
        self._at_once_came_s = ready_at_s
        self._busy_s = float("-inf")

    def over(self, environ: Mapping[str, str], now_s: float) -> bool:
        """Whether a request that is taken up now has waited too long; a header that says something else is none."""
        said = _ARRIVED.fullmatch(environ.get(ENVIRON_KEY, ""))
        if said is None:
            return False
        if now_s - self._busy_s > IDLE_S:
            self._idle_until_s = self._at_once_came_s = now_s
        self._busy_s = now_s
        came_s = max(float(said[1]) + int(said[2] or 0) / 1000, self._idle_until_s)
        waited_s = now_s - came_s
        if waited_s < AT_ONCE_S:
            self._at_once_came_s = came_s
            return False
        stands = came_s - self._at_once_came_s > STANDS_AFTER_S
        return waited_s > (STANDING_LIMIT_S if stands else BURST_LIMIT_S)

    def ended(self, now_s: float) -> None:
        """A request has its answer: until now somebody was there, however long it took."""
        self._busy_s = now_s
