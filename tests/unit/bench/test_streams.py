"""The generator for overload against a real front door, and what it understands of HTTP/2."""

from collections import Counter
from collections.abc import Iterator
from itertools import cycle, repeat
from pathlib import Path

import pytest

from tests.bench.streams import CLOSED, STREAMS, Ask, closed_load, header_block, open_load, status_of
from tests.unit.gateway.front_door import FrontDoor, destination, shop_mesh


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontDoor]:
    folder: Path = tmp_path_factory.mktemp("door")
    with FrontDoor(folder=folder, mesh=shop_mesh()) as front_door:
        front_door.apply(
            [destination("list-products", ("list-products-00001", 100)), destination("register")],
            [front_door.backend("list-products-00001")],
        )
        yield front_door


def get(door: FrontDoor, path: str, headers: dict[str, str] | None = None) -> Ask:
    return Ask(kind=path, head=header_block("GET", path, f"127.0.0.1:{door.port}", headers))


@pytest.mark.parametrize(
    ("block", "status"),
    [
        (b"\x88", 200), (b"\x8d", 404), (b"\x20\x88", 200), (b"\x08\x03503", 503), (b"\x48\x03201", 201),
        (b"\x08\x82\x10\x03", 201), (b"\x08\x83\x6c\x0c\xff", 503),
    ],
)  # fmt: skip
def test_a_status_is_read_however_it_is_written(block: bytes, status: int) -> None:
    assert status_of(block) == status


def test_open_every_request_is_sent_and_answered_with_what_it_is_told(door: FrontDoor) -> None:
    asks = cycle([get(door, "/api/products", {"x-long": "x" * 300}), get(door, "/api/auth/register")])
    outcome = open_load(door.port, asks, rate=200, for_s=1, last_within_s=10, connection_count=2)
    assert outcome.sent == {"/api/products": 100, "/api/auth/register": 100}
    found = Counter((reply.kind, reply.status, reply.tells_when) for reply in outcome.replies)
    assert found == {("/api/products", 200, False): 100, ("/api/auth/register", 503, True): 100}
    assert all(reply.took_s > 0 for reply in outcome.replies)


def test_open_more_at_once_than_a_connection_takes_opens_another(door: FrontDoor) -> None:
    outcome = open_load(
        door.port, repeat(get(door, "/api/products")), rate=3000, for_s=0.1, last_within_s=20, connection_count=1
    )
    assert outcome.sent.total() == 300 > STREAMS
    assert Counter(reply.status for reply in outcome.replies) == {200: 300}


def test_open_who_is_not_answered_in_the_end_is_counted(door: FrontDoor) -> None:
    outcome = open_load(
        door.port, repeat(get(door, "/api/products")), rate=20_000, for_s=0.05, last_within_s=0, connection_count=1
    )
    assert len(outcome.replies) == outcome.sent.total() > 0
    assert {reply.status for reply in outcome.replies} <= {200, CLOSED}
    assert CLOSED in {reply.status for reply in outcome.replies}


def test_closed_each_answer_makes_room_for_one_request(door: FrontDoor) -> None:
    outcome = closed_load(door.port, repeat(get(door, "/api/products")), in_flight=4, for_s=1.5, connection_count=2)
    assert {reply.status for reply in outcome.replies} == {200}
    assert outcome.sent.total() == len(outcome.replies) + 4
