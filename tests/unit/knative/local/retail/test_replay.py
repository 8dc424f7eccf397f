"""A replay of real invoices against the real functions over HTTP, through every mishap on the way."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from sqlalchemy import Engine
from werkzeug.serving import make_server

from knative.local.retail.dataset import DataError
from knative.local.retail.replay import replay
from knative.local.retail.seed import seed
from knative.local.retail.shop import Shop as FrontDoor
from shared import settings
from shared.errors import ZerocartError
from shared.server import build_app
from tests.unit.functions.conftest import FUNCTIONS, Shop

ROUTES = {"/api/auth/register": "register", "/api/auth/login": "login", "/api/orders": "place_order"}
INVOICES = 12


class Door:
    """Sends each path to its function; loses every third order's answer, and refuses every fourth one's request."""

    def __init__(self) -> None:
        self.mishaps = False
        self.count: Counter[str] = Counter()
        self._apps: dict[str, WSGIApplication] = {
            path: build_app(FUNCTIONS / name / "main.py", settings.current()) for path, name in ROUTES.items()
        }
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        # As a gateway hands a body over: whole, and with an end.
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))
        with self._lock:
            self.count[path] += 1
            count = self.count[path]
        if self.mishaps and path == "/api/orders":
            if count % 4 == 0:
                return self._unavailable(start_response)
            if count % 3 == 0:
                list(self._apps[path](environ, lambda *_: lambda data: None))
                return self._unavailable(start_response)
        return self._apps[path](environ, start_response)

    @staticmethod
    def _unavailable(start_response: StartResponse) -> list[bytes]:
        start_response("503 Service Unavailable", [("Content-Type", "application/problem+json"), ("Retry-After", "0")])
        return [b'{"type": "unavailable"}']


@pytest.fixture
def door(paying_shop: Shop) -> Door:
    return Door()


@pytest.fixture
def base_url(door: Door) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, door, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_invoice_becomes_one_order_whatever_gets_lost_on_the_way(
    shop: Shop, door: Door, base_url: str, engine: Engine, week: Path
) -> None:
    seed(week, engine)
    door.mishaps = True
    report = replay(week, base_url=base_url, engine=engine, invoices=INVOICES, workers=4)
    assert report.agreement.agrees, report.as_text()
    assert (report.invoice_count, report.tally.placed_count, report.refused_count) == (INVOICES, INVOICES, 0)
    assert report.tally.retries.keys() == {"503"}
    assert shop.value("SELECT count(*) FROM orders.orders") == INVOICES
    assert shop.value("SELECT sum(total_minor) FROM orders.orders") == report.tally.revenue_minor["GBP"]


def test_the_same_replay_again_gets_the_same_orders(shop: Shop, base_url: str, engine: Engine, week: Path) -> None:
    seed(week, engine)
    first = replay(week, base_url=base_url, engine=engine, invoices=4, workers=2)
    again = replay(week, base_url=base_url, engine=engine, invoices=5, workers=2)
    assert (first.already_count, again.already_count, again.tally.placed_count) == (0, 4, 5)
    assert again.agreement.agrees, again.as_text()
    assert shop.value("SELECT count(*) FROM orders.orders") == 5


def test_what_the_shop_does_not_have_is_refused_with_its_reason(
    shop: Shop, base_url: str, engine: Engine, week: Path
) -> None:
    seed(week, engine)
    shop.rows("UPDATE catalog.products SET available = 1")
    report = replay(week, base_url=base_url, engine=engine, invoices=3, rate=50, workers=2)
    assert (report.tally.placed_count, report.refused) == (0, {"409 out-of-stock": 3})
    assert report.agreement.agrees, report.as_text()


def test_a_good_that_somebody_takes_from_the_shelf_does_not_go_unseen(
    shop: Shop, base_url: str, engine: Engine, week: Path
) -> None:
    seed(week, engine)

    def steal(_step: str) -> None:
        shop.rows("UPDATE catalog.products SET available = available - 1 WHERE sku = '85123A'")

    report = replay(week, base_url=base_url, engine=engine, invoices=2, workers=1, progress=steal)
    assert (report.agreement.agrees, report.agreement.goods_changed) == (False, {"85123A": -1})


def test_a_file_without_sales_is_refused(engine: Engine, csv_file: Callable[..., Path]) -> None:
    file = csv_file("C1,A1,MUG,-6,2010-12-01,2.55,,UK")
    with pytest.raises(DataError, match="has no sale invoices"):
        replay(file, base_url="http://127.0.0.1:1", engine=engine)


@pytest.mark.parametrize("url", ["http://shop.example", "https://localhost", "http://10.0.0.1:8080", "localhost:8080"])
def test_a_shop_elsewhere_is_never_replayed_to(url: str) -> None:
    with pytest.raises(ZerocartError, match=re.escape(f"the front door is {url}, it must be http:// on this machine")):
        FrontDoor(url, 1)


def test_nobody_listening_is_no_reply() -> None:
    front_door = FrontDoor("http://127.0.0.1:1", 1)
    assert front_door.post("/api/orders", b"{}").__class__.__name__ == "NoReply"
    front_door.close()
