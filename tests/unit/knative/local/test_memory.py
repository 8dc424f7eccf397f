"""What a process has for itself is counted as the kernel counts it, and grows with what it takes."""

import sys

from knative.local import memory
from tests.unit.knative.local.children import child
from tests.waiting import wait_until

MANY_BYTES = 64 * 1024 * 1024


def test_what_a_process_takes_is_counted_and_pages_of_files_are_not() -> None:
    takes = f"import time; x = b'1' * {MANY_BYTES}; time.sleep(60)"
    with child() as small, child(sys.executable, "-c", takes) as large:
        wait_until(lambda: memory.used_bytes(large.pid) > MANY_BYTES, 20, "a process that has taken it")
        assert memory.used_bytes(large.pid) < 2 * MANY_BYTES
        assert 0 < memory.used_bytes(small.pid) < 4 * 1024 * 1024


def test_a_process_that_has_ended_has_nothing() -> None:
    with child("true") as ended:
        ended.wait()
        assert memory.used_bytes(ended.pid) == 0
