"""How a stack started by root gives up root: Postgres refuses to run as root, and nothing else needs it.

The unprivileged id keeps one capability, reading past file permissions: in CI the Python and the virtual
environment often lie below a home folder that only root may enter. It may write nowhere but where it owns.
"""

import os
from pathlib import Path

from knative.local.home import Home

NOBODY_ID = 65534


def drop_prefix(effective_uid: int, *, uid: int = NOBODY_ID, gid: int = NOBODY_ID) -> list[str]:
    """The words to put before a command so that it does not run as root; none where the caller is not root."""
    if effective_uid != 0:
        return []
    return [
        "setpriv", "--reuid", str(uid), "--regid", str(gid), "--clear-groups",
        "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search", "--",
    ]  # fmt: skip


def own(home: Home, effective_uid: int, *, uid: int = NOBODY_ID, gid: int = NOBODY_ID) -> None:
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
