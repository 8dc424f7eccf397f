"""How long a revision waits whose instances die: a broken one must not keep the machine busy with starting it."""

from knative.local.model import RevisionName

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 10.0
# A new revision whose instances die this often before one gets ready has failed.
MOST_START_CRASHES = 3


class Crashes:
    """Deaths in a row, by revision. Times are seconds on the caller's clock."""

    def __init__(self) -> None:
        self._counts: dict[RevisionName, int] = {}
        self._start_after_s: dict[RevisionName, float] = {}
        self._exit_codes: dict[RevisionName, int] = {}

    def add(self, name: RevisionName, now_s: float, *, had_served: bool) -> float:
        """One more has died; gives the pause until the next start: twice the last one, none where it had served."""
        self._counts[name] = self._counts.get(name, 0) + 1
        doubled_s = FIRST_PAUSE_S * float(2 ** min(self._counts[name] - 1, 10))
        pause_s = 0.0 if had_served else min(LONGEST_PAUSE_S, doubled_s)
        self._start_after_s[name] = now_s + pause_s
        return pause_s

    def count(self, name: RevisionName) -> int:
        return self._counts.get(name, 0)

    def note_exit(self, name: RevisionName, code: int) -> None:
        """One says that it ends, and with which code."""
        self._exit_codes[name] = code

    def exit_code(self, name: RevisionName) -> int:
        """The last one, as Kubernetes counts; of who said none, that of a kill."""
        return self._exit_codes.get(name, 137)

    def start_after_s(self, name: RevisionName) -> float:
        """No start before this time."""
        return self._start_after_s.get(name, 0.0)

    def forget(self, name: RevisionName) -> None:
        """One has started well."""
        self._counts.pop(name, None)
        self._start_after_s.pop(name, None)
        self._exit_codes.pop(name, None)
