"""The relay, and a small mesh around it: the sink is `record-sale`."""

from collections.abc import Iterator

import pytest

from shared import sealed_cards, settings
from tests.unit.functions.conftest import Function, Reply, Shop
from tests.unit.functions.small_mesh import SmallMesh

SINK = "record-sale"


@pytest.fixture
def mesh(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallMesh]:
    private_key, public_key = sealed_cards.generate_keys()
    monkeypatch.setenv("PAYMENT_PRIVATE_KEY", private_key)
    monkeypatch.setenv("PAYMENT_PUBLIC_KEY", public_key)
    monkeypatch.setenv("K_SINK", f"http://{SINK}.shop.svc.cluster.local")
    settings.current.cache_clear()
    shop.rows("TRUNCATE payments.ledger")
    with SmallMesh("record_sale", "charge_payment") as made:
        monkeypatch.setenv("http_proxy", made.url)
        yield made


@pytest.fixture
def relay_outbox(shop: Shop, mesh: SmallMesh) -> Function:
    return shop.function("relay_outbox")


def ping(relay_outbox: Function) -> dict[str, int]:
    """What a PingSource sends; gives what the run did."""
    reply = relay_outbox.post(
        "/", data=b"{}", content_type="application/json",
        headers={
            "ce-specversion": "1.0", "ce-type": "dev.knative.sources.ping", "ce-id": "ping-1",
            "ce-source": "/apis/v1/namespaces/shop/pingsources/relay-outbox",
        },
    )  # fmt: skip
    assert reply.status_code == 200, reply.text
    return dict(reply.json)


def run(relay_outbox: Function) -> Reply:
    return relay_outbox.post("/internal/relay")
