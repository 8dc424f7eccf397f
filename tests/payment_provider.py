"""A real payment provider for tests: `charge-payment` in a process of its own, on the module's test database.

    def test_a_provider_that_was_away_has_its_word_later(payment_provider: PaymentProvider) -> None:
        payment_provider.kill()                     # or freeze(); each test begins with one that serves
        with payment_provider.mesh() as mesh:       # a way to it, with a breaker of its own
            with pytest.raises(Unavailable):
                payments.charge(mesh, order_id, total, payment_provider.seal(CARD, order_id))
            payment_provider.start()                # or thaw()
            payments.charge(mesh, order_id, total, payment_provider.seal(CARD, order_id))
        assert payment_provider.ledger() == {order_id: ("paid", 250)}

A function under test finds it by `payment_provider.environment`: PAYMENT_PUBLIC_KEY, and `http_proxy`, through which
`shared.mesh.mesh` calls. That mesh is one for the test process, and so is its breaker, whose state is in Redis too:
five failures in a row open it for 5 s, for the tests that follow as well. The fixture `redis_url` empties Redis, and a
breaker looks there every 0.25 s; a test that cannot have that takes a mesh of its own.
"""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import urllib3

from shared import sealed_cards
from shared.breakers import Breaker
from shared.mesh import Mesh, NotHadError
from tests.servers import Server

ROOT = Path(__file__).parents[1]


class PaymentProvider(Server):
    """The provider's process, with keys of its own; on loopback, at the same port after each start."""

    def __init__(self, folder: Path, database_url: str) -> None:
        super().__init__(folder)
        self.database_url = database_url
        self.private_key, self.public_key = sealed_cards.generate_keys()
        self.port = _free_port()
        self._was_frozen = False

    @property
    def proxy_url(self) -> str:
        """It answers for every host, so it can stand where the mesh's proxy does."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What a function needs to be its customer."""
        return {"http_proxy": self.proxy_url, "PAYMENT_PUBLIC_KEY": self.public_key}

    @property
    def log(self) -> str:
        """All that it has written, over all its starts."""
        return (self.folder / "log").read_text(errors="replace")

    def command(self) -> list[str]:
        variables = {
            "PYTHONPATH": str(ROOT), "K_SERVICE": "charge-payment", "LOG_LEVEL": "debug", "CONCURRENCY": "50",
            "DATABASE_URL": self.database_url, "PAYMENT_PRIVATE_KEY": self.private_key,
        }  # fmt: skip
        given = [f"{name}={value}" for name, value in variables.items()]
        return ["env", *given, sys.executable, "-m", "tests.payment_provider", str(self.port)]

    def accepts(self) -> bool:
        try:
            return urllib3.request("GET", f"{self.proxy_url}/healthz", timeout=1.0, retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def freeze(self) -> None:
        super().freeze()
        self._was_frozen = True

    def be_there(self) -> None:
        """Whatever a test has done to it, it serves again, and nothing that was asked of it then comes later."""
        if self._was_frozen and not self._ended():
            self.kill()
        if self._ended():
            self.start()
        self._was_frozen = False

    @contextmanager
    def mesh(self) -> Iterator[Mesh]:
        """A way to it, whose breaker nobody else has."""
        made = Mesh(self.proxy_url, lambda name: Breaker(name, counts=lambda error: isinstance(error, NotHadError)))
        try:
            yield made
        finally:
            made.close()

    def seal(self, card: str, order_id: str) -> bytes:
        return sealed_cards.seal(card, order_id, self.public_key)

    def ledger(self) -> dict[str, tuple[str, int | None]]:
        """What it says of each order: the status, and the amount in minor units that it had been asked for."""
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute("SELECT order_id, status, amount_minor FROM payments.ledger")
            return {order_id: (status, amount_minor) for order_id, status, amount_minor in rows}


@pytest.fixture(scope="module")
def payment_provider_process(database_url: str) -> Iterator[PaymentProvider]:
    provider = PaymentProvider(Path(tempfile.mkdtemp(prefix="zc-")), database_url)
    try:
        provider.start()
        yield provider
    finally:
        provider.stop()


@pytest.fixture
def payment_provider(payment_provider_process: PaymentProvider) -> PaymentProvider:
    """The module's provider, running at the start of the test and owing no answer, with an empty ledger."""
    payment_provider_process.be_there()
    with psycopg.connect(payment_provider_process.database_url) as connection:
        connection.execute("TRUNCATE payments.ledger")
    return payment_provider_process


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main(port: int) -> None:
    """The process: what a container runs, but on loopback."""
    from shared import server

    server.run(
        source=ROOT / "functions" / "charge_payment" / "main.py",
        listening=socket.create_server(("127.0.0.1", port)),
        environment=os.environ,
        on_ready=lambda: None,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
