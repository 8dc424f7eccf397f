"""How a stack started by root gives up root: Postgres refuses to run as root, and nothing else needs it.

The unprivileged id keeps one capability, reading past file permissions: in CI the Python and the virtual
environment often lie below a home folder that only root may enter. It may write nowhere but where it owns.
A container's root often lacks that capability itself; then there is none to keep.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knative.local.home import Home

NOBODY_ID = 65534

# Numbers of linux/capability.h.
_DAC_READ_SEARCH, _SETPCAP = 2, 8


def drop_prefix(effective_uid: int, *, uid: int = NOBODY_ID, gid: int = NOBODY_ID) -> list[str]:
    """The words to put before a command so that it does not run as root; none where the caller is not root."""
    if effective_uid != 0:
        return []
    words = ["setpriv", "--reuid", str(uid), "--regid", str(gid), "--clear-groups"]
    ours = _capabilities()
    if _DAC_READ_SEARCH in ours:
        words += ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
        if _SETPCAP in ours:
            # Otherwise access(2), which some libraries ask before they read, says no to what reading would be let.
            words += ["--securebits", "+no_setuid_fixup"]
    return [*words, "--"]


def _capabilities() -> set[int]:
    """What this process may do of what root may, by number."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    (line,) = [line for line in status.splitlines() if line.startswith("CapPrm:")]
    held = int(line.partition(":")[2], 16)
    return {number for number in range(held.bit_length()) if held >> number & 1}


def own(home: "Home", effective_uid: int, *, uid: int = NOBODY_ID, gid: int = NOBODY_ID) -> None:
    """Give the stack's folders to the unprivileged id; nothing where the caller is not root."""
    if effective_uid != 0:
        return
    for folder in {home.root, home.run}:
        for path in (folder, *folder.rglob("*")):
            _give(path, uid, gid)


def _give(path: Path, uid: int, gid: int) -> None:
    try:
        os.lchown(path, uid, gid)
    except FileNotFoundError:
        return
