"""How much may be tried again: a share of what is called, so that retries never multiply a load that is too high.

A count for each call would: three tries of everything are three times the traffic, just when there is too much of it.
"""

import threading


class RetryBudget:
    """Each call pays in a share, each retry costs 1. What was saved up is bounded, so a quiet hour buys no storm.

    Args:
        share: of the calls that may be tried again: 0.2 are two in ten.
        most_saved: the most retries in a row.
    """

    def __init__(self, *, share: float = 0.2, most_saved: float = 10.0) -> None:
        self._share = share
        self._most_saved = most_saved
        self._saved = 1.0  # the first call of a new instance may be tried again
        self._lock = threading.Lock()

    def called(self) -> None:
        with self._lock:
            self._saved = min(self._most_saved, self._saved + self._share)

    def may_retry(self) -> bool:
        """Take a retry, if there is one."""
        with self._lock:
            if self._saved < 1.0:
                return False
            self._saved -= 1.0
            return True
