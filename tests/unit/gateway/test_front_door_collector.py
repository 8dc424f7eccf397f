"""Spans reach a collector where there is one, and where it is away nobody notices."""

from pathlib import Path

from tests.otlp_collector import collecting
from tests.unit.gateway.front_door import FrontDoor, destination, free_port, shop_mesh


def test_a_span_of_every_request_reaches_the_collector_under_its_trace(tmp_path: Path) -> None:
    with (
        collecting() as collector,
        FrontDoor(folder=tmp_path, mesh=shop_mesh(), otlp_endpoint=collector.url) as door,
    ):
        door.apply([destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")])
        answer = door.ask("/api/products")
        assert answer.asked["traceparent"].endswith("-01")
        trace = bytes.fromhex(answer.headers["x-trace-id"])

        def arrived() -> bool:
            # Envoy sends a few spans together, or after five seconds: more requests make it sooner.
            assert door.ask("/api/products").status == 200
            return any(each.path == "/v1/traces" and trace in each.body for each in collector.received)

        door.wait_until(arrived)


def test_a_collector_that_is_away_costs_no_answer_and_no_line_in_the_log(tmp_path: Path) -> None:
    with FrontDoor(folder=tmp_path, mesh=shop_mesh(), otlp_endpoint=f"http://127.0.0.1:{free_port()}") as door:
        door.apply([destination("list-products", ("list-products-00001", 100))], [door.backend("list-products-00001")])
        assert {door.ask("/api/products").status for _ in range(20)} == {200}
        door.wait_until(lambda: door.stats("cluster.otlp.upstream_cx_connect_fail$").popitem()[1] > 0)
        assert (tmp_path / "envoy.log").read_text() == ""
