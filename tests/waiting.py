"""Waiting in tests: for a condition, up to a deadline. Never for a while."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], within_s: float, what: str = "") -> None:
    """Return as soon as the condition holds; fail the test if it does not within the time.

    Args:
        condition: asked again and again; anything true ends the wait.
        within_s: how long it may take, generously: a test that passes does not wait for it.
        what: what is awaited, for the failure's message.
    """
    deadline_s = time.monotonic() + within_s
    pause_s = 0.001
    while not condition():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"{what or getattr(condition, '__name__', 'the condition')} not within {within_s} s")
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.05)
