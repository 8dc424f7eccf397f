"""POST /api/events: CloudEvents 1.0 in three modes, each stored once."""

import secrets
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from tests.contract.conftest import Door, Reply

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


@pytest.fixture
def event() -> dict[str, object]:
    return {
        "specversion": "1.0", "id": secrets.token_hex(8), "source": "/contract", "type": "example.seen",
        "time": "2026-11-24T10:00:00Z", "subject": "22423", "datacontenttype": "application/json",
        "data": {"sku": "22423"},
    }  # fmt: skip


def send(door: Door, content: object, content_type: str = STRUCTURED) -> Reply:
    return door.post("/api/events", msgspec.json.encode(content), headers={"Content-Type": content_type})


def test_a_structured_event_is_202_and_then_a_duplicate(door: Door, event: dict[str, object]) -> None:
    assert (send(door, event).status, send(door, event).json) == (202, {"accepted": 0, "duplicates": 1})
    other = event | {"source": "/contract/other"}
    assert send(door, other).json == {"accepted": 1, "duplicates": 0}


def test_a_batch_counts_what_is_new_and_what_is_not(door: Door, event: dict[str, object]) -> None:
    second = event | {"id": secrets.token_hex(8)}
    assert send(door, [event, second, event], BATCH).json == {"accepted": 2, "duplicates": 1}
    assert send(door, [event, second], BATCH).json == {"accepted": 0, "duplicates": 2}
    assert send(door, [], BATCH).json == {"accepted": 0, "duplicates": 0}


def test_a_binary_event_has_its_attributes_in_headers(door: Door, event: dict[str, object]) -> None:
    headers = {
        "Content-Type": "application/json", "ce-specversion": "1.0", "ce-id": str(event["id"]),
        "ce-source": "/contract", "ce-type": "example.seen", "ce-subject": "caf%C3%A9",
    }  # fmt: skip
    reply = door.post("/api/events", b'{"sku": "22423"}', headers=headers)
    assert (reply.status, reply.json) == (202, {"accepted": 1, "duplicates": 0})
    assert send(door, event).json == {"accepted": 0, "duplicates": 1}, "the mode is not part of an event's name"


def test_many_at_once_with_one_event_store_it_once(door: Door, event: dict[str, object]) -> None:
    with ThreadPoolExecutor(20) as threads:
        replies = list(threads.map(lambda _: send(door, event), range(20)))
    assert {reply.status for reply in replies} == {202}
    assert sum(reply.number("accepted") for reply in replies) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"specversion": "0.3"}, "specversion"), ({"specversion": None}, "specversion"), ({"id": ""}, "id"),
        ({"id": None}, "id"), ({"id": 5}, "id"), ({"source": "not a uri"}, "source"), ({"source": ""}, "source"),
        ({"type": None}, "type"), ({"time": "yesterday"}, "time"), ({"subject": ""}, "subject"),
        ({"data_base64": "%%%", "data": None}, "data_base64"), ({"Extension": "x"}, "Extension"),
        ({"extension": {"nested": 1}}, "extension"),
    ],
)  # fmt: skip
def test_a_wrong_attribute_is_422_and_named(
    door: Door, event: dict[str, object], change: dict[str, object], field: str
) -> None:
    reply = send(door, event | change)
    assert (reply.status, reply.fields) == (422, [field])
    batch = send(door, [event, event | change], BATCH)
    assert (batch.status, batch.fields) == (422, [f"[1].{field}"])
    assert send(door, event).json == {"accepted": 1, "duplicates": 0}, "nothing of the batch was stored"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{", STRUCTURED), (b"[]", STRUCTURED), (b"null", STRUCTURED), (b"", STRUCTURED), (b"{}", BATCH),
        (b"[1]", BATCH), (b"\xff", STRUCTURED), (b"{}", "application/json"), (b'{"data":' + b"[" * 9999, STRUCTURED),
    ],
)  # fmt: skip
def test_what_is_no_event_is_400(door: Door, content: bytes, content_type: str) -> None:
    reply = door.post("/api/events", content, headers={"Content-Type": content_type})
    assert (reply.status, reply.json["type"]) == (400, "malformed-request")


def test_256_kib_are_enough_and_more_is_413(door: Door, event: dict[str, object]) -> None:
    room = 256 * 1024 - len(msgspec.json.encode(event | {"data": ""}))
    assert send(door, event | {"data": "x" * room}).status == 202
    reply = send(door, event | {"data": "x" * (room + 1)})
    assert (reply.status, reply.json["type"]) == (413, "too-large")
