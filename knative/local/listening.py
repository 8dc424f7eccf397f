"""How a part begins to listen on a Unix socket: the name appears when connections are taken, not before.

`bind` makes the name and `listen` makes it answer, and between the two who sees the name is refused. So the socket
listens under a name of its own first; "the socket is there" then means "it accepts", which is what whoever started
the part waits for. It imports almost nothing: the keeper lives of that.
"""

import os
import socket
from pathlib import Path

# How many connections may wait to be accepted; past it the kernel refuses, and Envoy answers 503 at once.
BACKLOG_COUNT = 1024


def listen(
    path: Path, backlog_count: int = BACKLOG_COUNT, kind: socket.SocketKind = socket.SOCK_STREAM
) -> socket.socket:
    """A listening Unix socket at `path`, put there by rename: connections meet the old or the new, never none.

    It is non-blocking.

    Args:
        path: where; what lies there is replaced.
        backlog_count: how many connections may wait to be accepted.
        kind: a stream, or SOCK_SEQPACKET for datagrams in order.
    """
    temporary = path.with_name(f".{path.name[:8]}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, kind)
    listening.bind(str(temporary))
    listening.listen(backlog_count)
    listening.setblocking(False)
    temporary.rename(path)
    return listening
