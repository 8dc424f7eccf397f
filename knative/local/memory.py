"""The limit of memory of a function, kept by looking: there are no control groups without privileges.

A limit of the kernel's own for one process (RLIMIT_DATA, as programs have it) would count the stacks that threads
reserve and never touch. So the engine looks as often as it samples, and ends who has more than its manifest allows, as
the kernel ends a container (`OOMKilled`): what is taken and given back in between is not seen.
"""

import os
from pathlib import Path

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def used_bytes(pid: int) -> int:
    """What a process has for itself: no pages of files. 0 where it has ended.

    Pages that it shares with the zygote count, as a container would have them for itself.
    """
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_bytes().split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(resident) - int(shared)) * _PAGE_BYTES
