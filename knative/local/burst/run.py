"""A burst as it happens: requests at a rate, the engine asked meanwhile what runs, a line a second."""

import resource
import threading
from collections.abc import Callable, Mapping
from itertools import repeat
from types import TracebackType

from knative.local import samples, status
from knative.local.burst.connection import get
from knative.local.burst.open_loop import open_loop
from knative.local.burst.record import Record, Scale, Second, scales
from knative.local.home import Home
from knative.local.model import ServiceName
from shared.errors import ZerocartError

LOOK_EVERY_S = 0.25
# A connection each, while the answers are slower than the requests: Envoy takes no more from all clients together.
_MOST_CONNECTIONS = 10_000


def burst(home: Home, record: Record, *, rate: float, for_s: float, path: str, show: Callable[[Second], None]) -> bool:
    """Send to the front door, filling `record`, and show each second that is over. False where Ctrl-C ended it."""
    _allow_connections()
    request = get(path, f"localhost:{home.port}")
    with _Lookout(home) as lookout:
        record.begins(lookout.latest())
        live = _Live(record, lookout.latest, show)
        try:
            open_loop(home.port, repeat(request), live, rate=rate, for_s=for_s)
        except KeyboardInterrupt:
            return False
        finally:
            live.show_rest()
    return True


class _Live:
    """Puts together what is sent, what comes back and what runs."""

    def __init__(
        self, record: Record, latest: Callable[[], Mapping[ServiceName, Scale]], show: Callable[[Second], None]
    ) -> None:
        self.sent = record.sent
        self.answered = record.answered
        self._record = record
        self._latest = latest
        self._show = show
        self._shown_count = 0

    def turned(self, at_s: float) -> None:
        # First what is over: a look that comes now is of the second that begins.
        while self._shown_count < int(at_s):
            self._show(self._record.second(self._shown_count))
            self._shown_count += 1
        self._record.saw(at_s, self._latest())

    def show_rest(self) -> None:
        """The seconds that ended with the burst."""
        for second in self._record.seconds()[self._shown_count :]:
            self._show(second)


class _Lookout:
    """Asks the engine again and again, on a thread of its own: while it does not answer, the load goes on."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._services: Mapping[ServiceName, Scale] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="lookout", daemon=True)

    def __enter__(self) -> "_Lookout":
        self._services = self._found(timeout_s=5.0)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def latest(self) -> Mapping[ServiceName, Scale]:
        return self._services

    def _found(self, timeout_s: float) -> Mapping[ServiceName, Scale]:
        return scales(status.look(self._home, timeout_s), samples.read(self._home.admin_socket))

    def _look(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            try:
                self._services = self._found(timeout_s=2.0)
            except (OSError, ZerocartError):
                # It was killed, or is busy; what it said last may no longer be so.
                self._services = {}


def _allow_connections() -> None:
    """As many open files as this process may have, up to what the front door takes: a shell's default is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + 100
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
