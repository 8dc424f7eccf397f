"""The broker's own process on a real Postgres, told by a test what the engine would tell it."""

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from shutil import rmtree

import psycopg
import pytest
import urllib3
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from knative.local import control
from knative.local.data import roles
from knative.local.eventing.broker.configuration import Configuration, Route
from knative.local.home import PROJECT_ROOT, Home
from knative.local.parts import postgres as postgres_part
from tests.servers import PostgresServer
from tests.unit.knative.local.eventing.broker.subscriber import Subscriber, listening
from tests.waiting import wait_until


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("broker")
        self._path = path

    def connect(self) -> None:
        import socket

        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(self._path)


class _UnixPool(HTTPConnectionPool):
    def __init__(self, path: Path) -> None:
        super().__init__("broker", maxsize=32, retries=False)
        self._path = str(path)

    def _new_conn(self) -> _UnixConnection:
        return _UnixConnection(self._path)


class BrokerProcess:
    """The process, started and killed by a test. `brokers` are in namespace `shop`."""

    def __init__(self, home: Home, postgres: PostgresServer) -> None:
        self.home = home
        self.postgres = postgres
        self.process: subprocess.Popen[bytes] | None = None
        self.configuration = Configuration()
        self.http = _UnixPool(home.broker_ingress_socket)

    def start(self, *, is_told: bool = True) -> None:
        """Start it, and tell it what it was told before."""
        self.home.broker_socket.unlink(missing_ok=True)
        with self.home.log("broker").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "knative.local", "broker", "1"], stderr=log, cwd=PROJECT_ROOT,
                env={**os.environ, "ZEROCART_HOME": str(self.home.root), "PYTHONPATH": str(PROJECT_ROOT)},
            )  # fmt: skip
        wait_until(self.home.broker_socket.exists, 30, "the broker")
        self.http.close()
        self.http = _UnixPool(self.home.broker_ingress_socket)
        if is_told:
            self.tell(self.configuration)

    def tell(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._ask({"op": "configure", "configuration": configuration.to_json()})

    def route(self, *routes: Route) -> None:
        """Have these Triggers, and the Brokers that they belong to, and no others."""
        brokers = frozenset((each.namespace, each.broker) for each in routes)
        self.tell(Configuration(brokers=brokers or self.configuration.brokers, routes=routes))

    def counts(self) -> dict[str, Mapping[str, object]]:
        found = self._ask({"op": "status"})
        assert isinstance(found, list)
        return {each["trigger"]: each for each in found}

    def _ask(self, request: dict[str, object]) -> object:
        for answer in control.request(self.home.broker_socket, request, timeout_s=20):
            if not isinstance(answer, control.Step):
                return answer["result"]
        return None

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(20) == 0, self.log()
        self.http.close()

    def send(
        self, event_id: str = "", *, kind: str = "zerocart.order.paid.v1", path: str = "/shop/shop", **attributes: str
    ) -> urllib3.BaseHTTPResponse:
        """One event, in binary mode."""
        headers = {
            "ce-specversion": "1.0", "ce-id": event_id or secrets.token_hex(8), "ce-source": "/tests", "ce-type": kind,
            "content-type": "application/json", **{f"ce-{name}": value for name, value in attributes.items()},
        }  # fmt: skip
        return self.http.request("POST", path, body=b'{"a": 1.50}', headers=headers)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.postgres.url()) as connection:
            return connection.execute(query.encode()).fetchall()

    def log(self) -> str:
        return self.home.log("broker").read_text()


@pytest.fixture(scope="module")
def broker_home(own_postgres: PostgresServer) -> Iterator[Home]:
    """A home as the engine makes it, whose Postgres is the module's own."""
    folder = Path(tempfile.mkdtemp(prefix="zc-"))
    home = Home(root=folder, project=PROJECT_ROOT, port=1)
    home.make_folders()
    socket = postgres_part.socket_path(home.run)
    socket.symlink_to(postgres_part.socket_path(own_postgres.folder))
    passwords = {role: secrets.token_hex(8) for role in postgres_part.ROLES.values()}
    for domain, role in postgres_part.ROLES.items():
        (home.secrets / f"database-password-{domain}").write_text(passwords[role])
    roles.give_passwords(own_postgres.url("postgres", postgres_part.ADMINISTRATOR), passwords)
    yield home
    for each in {home.root, home.run}:
        rmtree(each, ignore_errors=True)


@pytest.fixture
def broker(broker_home: Home, own_postgres: PostgresServer) -> Iterator[BrokerProcess]:
    """A broker that was told of nothing yet; nothing waits from before."""
    process = BrokerProcess(broker_home, own_postgres)
    process.rows("WITH gone AS (DELETE FROM eventing.deliveries RETURNING 1) SELECT count(*) FROM gone")
    process.home.log("broker").unlink(missing_ok=True)
    try:
        process.start()
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.stop()


@pytest.fixture
def subscribers() -> Iterator[list[Subscriber]]:
    """Three of them."""
    with ExitStack() as stack:
        yield [stack.enter_context(listening()) for _ in range(3)]
