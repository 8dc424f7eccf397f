"""What browsers have seen of a trace goes to the collector: so much, so often, and without who sent it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.otlp_collector import Collector, collecting
from tests.unit.gateway.conftest import small_bucket
from tests.unit.gateway.front_door import FrontDoor, free_port, shop_mesh

PATH = "/api/telemetry/traces"
SPANS = json.dumps({"resourceSpans": []}).encode()


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


def front_door(folder: Path, url: str | None) -> FrontDoor:
    return FrontDoor(folder=folder, mesh=shop_mesh(), otlp_endpoint=url)


def test_spans_reach_the_collector_as_they_are_and_nothing_of_who_sent_them(
    tmp_path: Path, collector: Collector
) -> None:
    told = {"content-type": "application/json", "cookie": "a=b", "authorization": "", "user-agent": "somebody's"}
    with front_door(tmp_path, collector.url) as door:
        door.apply([], [])
        answer = door.ask(PATH, method="POST", headers=told, body=SPANS)
        assert (answer.status, answer.body) == (200, b"{}")
    (sent,) = [each for each in collector.received if each.headers.get("content-type") == "application/json"]
    assert (sent.path, sent.body) == ("/v1/traces", SPANS)
    assert not {"cookie", "authorization", "user-agent", "referer", "origin"} & set(sent.headers)


def test_the_collectors_own_path_is_kept(tmp_path: Path, collector: Collector) -> None:
    with front_door(tmp_path, f"{collector.url}/otlp/") as door:
        door.apply([], [])
        assert door.ask(PATH, method="POST", body=SPANS).status == 200
    assert "/otlp/v1/traces" in {each.path for each in collector.received}


def test_where_nobody_collects_that_is_no_error(tmp_path: Path) -> None:
    with front_door(tmp_path, None) as door:
        door.apply([], [])
        answer = door.ask(PATH, method="POST", body=SPANS)
        assert (answer.status, answer.body) == (204, b"")


def test_a_collector_that_is_away_is_503_and_soon(tmp_path: Path) -> None:
    with front_door(tmp_path, f"http://127.0.0.1:{free_port()}") as door:
        door.apply([], [])
        answer = door.ask(PATH, method="POST", body=SPANS)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def test_64_kib_of_spans_arrive_and_a_byte_more_is_a_413_problem(tmp_path: Path, collector: Collector) -> None:
    with front_door(tmp_path, collector.url) as door:
        door.apply([], [])
        assert door.ask(PATH, method="POST", body=b" " * 65536).status == 200
        answer = door.ask(PATH, method="POST", body=b" " * 65537)
        assert (answer.status, answer.json["type"], answer.json["detail"]) == (
            413, "too-large", "The body is larger than 64 KiB",
        )  # fmt: skip
    assert max(len(each.body) for each in collector.received if each.path == "/v1/traces") == 65536


def test_who_floods_the_collector_with_spans_is_told_to_wait_and_the_shop_is_not_touched(
    tmp_path: Path, collector: Collector
) -> None:
    bucket = small_bucket.replace("route: {name: register}", "route: {name: browser-traces}")
    with FrontDoor(folder=tmp_path, mesh=shop_mesh(bucket), otlp_endpoint=collector.url) as door:
        door.apply([], [])
        answers = [door.ask(PATH, method="POST", body=SPANS) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert (answers[-1].headers["retry-after"], answers[-1].json["type"]) == ("1", "too-many-requests")
        assert door.ask("/api/nowhere").status == 404


def test_spans_that_are_sent_make_no_spans(tmp_path: Path, collector: Collector) -> None:
    begun = "0af7651916cd43dd8448eb211c80319c"
    with front_door(tmp_path, collector.url) as door:
        door.apply([], [])
        told = {"traceparent": f"00-{begun}-b7ad6b7169203331-01"}
        assert door.ask(PATH, method="POST", headers=told, body=SPANS).status == 200

        def exported() -> bytes:
            # Envoy sends a few spans together, or after five seconds: more requests make it sooner.
            assert door.ask("/api/nowhere").status == 404
            return b"".join(each.body for each in collector.received if each.body != SPANS)

        door.wait_until(lambda: exported() != b"")
        assert bytes.fromhex(begun) not in exported()
