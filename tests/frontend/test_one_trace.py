"""One trace from somebody's click to the statement that places the order: browser, gateway, function and SQL."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.frontend import node
from tests.otlp_collector import Collector, Sent, collecting
from tests.promises import faults
from tests.stack import Stack, own_stack
from tests.waiting import wait_until

__all__ = ["own_stack"]

pytestmark = pytest.mark.timeout(400)  # a whole browser and a whole shop, on a machine that does something else besides
SETTINGS = Path(__file__).parents[2] / "knative/local/manifests/shop-settings.yaml"


@dataclass(frozen=True, slots=True)
class Seen:
    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    statement: str


def spans_of(sent: Sent) -> Iterator[Seen]:
    """OTLP in both of its forms: ids are hexadecimal in its JSON, which browsers speak, and bytes in protobuf."""
    if sent.headers.get("content-type", "").startswith("application/json"):
        for resource in json.loads(sent.body)["resourceSpans"]:
            names = {each["key"]: each["value"].get("stringValue") for each in resource["resource"]["attributes"]}
            for scope in resource["scopeSpans"]:
                for span in scope["spans"]:
                    ids = (span["traceId"], span["spanId"], span.get("parentSpanId", ""))
                    yield Seen(names["service.name"], span["name"], *ids, statement="")
        return
    request = ExportTraceServiceRequest()
    request.ParseFromString(sent.body)
    for sender in request.resource_spans:
        service = next(each.value.string_value for each in sender.resource.attributes if each.key == "service.name")
        for part in sender.scope_spans:
            for found in part.spans:
                told = {each.key: each.value.string_value for each in found.attributes}
                raw = (found.trace_id.hex(), found.span_id.hex(), found.parent_span_id.hex())
                yield Seen(service, found.name, *raw, statement=told.get("db.query.text", ""))


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture(scope="module")
def paid(browser: str, own_stack: Stack, collector: Collector) -> None:
    """Somebody has put a good into the basket, left its page at once, and paid, while a collector was there."""
    settings = SETTINGS.read_text(encoding="utf-8").rstrip() + f"\n  OTEL_EXPORTER_OTLP_ENDPOINT: {collector.url}\n"
    own_stack.run("apply", "-f", "-", given=settings)
    faults.kill_and_wait(own_stack, "envoy")  # it learns where the collector is when it starts
    node.run(
        "run", "--silent", "e2e", "--", "e2e/telemetry.e2e.ts", "-t", "click on Pay",
        CHROMIUM=browser, COLLECTED="1", STOREFRONT_URL=f"http://localhost:{own_stack.port}",
    )  # fmt: skip


@pytest.mark.usefixtures("paid")
def test_a_click_on_pay_and_the_statements_of_the_order_are_one_trace(collector: Collector) -> None:
    def ancestry() -> list[str]:
        """From the order's INSERT up to what somebody did, by the services and what they call it."""
        seen = [span for sent in list(collector.received) for span in spans_of(sent)]
        by_id = {(each.trace_id, each.span_id): each for each in seen}
        for each in seen:
            if each.service != "place-order" or "INSERT INTO orders.orders" not in each.statement:
                continue
            path, above = [f"{each.service}: SQL"], each
            while (above_or_none := by_id.get((above.trace_id, above.parent_id))) is not None:
                above = above_or_none
                path.append(f"{above.service}: {above.name}")
            if above.service == "storefront" and not above.parent_id:
                return path
        return []

    wait_until(ancestry, 30.0, "one trace from the click to the statement")
    path = ancestry()
    assert path[0] == "place-order: SQL"
    assert path[-2:] == ["storefront: POST /api/orders", "storefront: submit"] or path[-1] == "storefront: click"
    assert any(each.startswith("gateway: ") for each in path)
    assert any(each.startswith("place-order: POST /api/orders") for each in path)


@pytest.mark.usefixtures("paid")
def test_what_was_put_into_the_basket_is_told_by_the_page_that_goes_away(own_stack: Stack) -> None:
    query = "SELECT count(*) FROM analytics.events WHERE source = '/storefront' AND type = 'zerocart.cart.changed.v1'"
    wait_until(lambda: faults.value(own_stack, query), 20.0, "the basket's change among the events")
