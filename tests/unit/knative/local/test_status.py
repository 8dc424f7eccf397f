"""`zerocart status` for people."""

from typing import Any

from knative.local.status import render

PART = {"ready": True}
FOUND: dict[str, Any] = {
    "services": [], "state": {"postgres": PART, "redis": PART}, "gateway": PART, "sources": [],
    "brokers": [],
}  # fmt: skip
LAST = {
    "at": "2026-11-24T17:47:18Z",
    "delivered": False,
    "status": 503,
    "attempts": 6,
    "result": "answered 503, 6 attempts",
}
SINK = "http://relay-outbox.shop.svc.cluster.local/run"


def lines(*sources: dict[str, Any]) -> list[list[str]]:
    """The cells of the table of sources."""
    table = render({**FOUND, "sources": list(sources)}).partition("\n\n")[2]
    return [[cell.strip() for cell in line.split("   ") if cell.strip()] for line in table.splitlines()]


def ping(**fields: Any) -> dict[str, Any]:
    return {
        "name": "relay",
        "ready": True,
        "reason": "",
        "sink": SINK,
        "schedule": "*/10 * * * * *",
        "last": LAST,
        **fields,
    }


def test_without_a_source_nothing_is_said_of_them() -> None:
    assert "SOURCE" not in render(FOUND)


def test_a_source_is_shown_with_its_last_delivery_and_what_became_of_it() -> None:
    assert lines(ping()) == [
        ["SOURCE", "SCHEDULE", "SINK", "LAST DELIVERY", "RESULT"],
        ["relay", "*/10 * * * * *", "relay-outbox.shop/run", "2026-11-24T17:47:18Z", "answered 503, 6 attempts"],
    ]


def test_one_that_never_fired_and_one_that_cannot_are_told_apart() -> None:
    assert lines(ping(last=None))[1][3:] == ["-", "-"]
    assert lines(ping(last=None, ready=False, sink=None, reason="its sink is not there"))[1][2:] == [
        "-", "-", "not ready, its sink is not there",
    ]  # fmt: skip


def test_a_binding_is_shown_with_whom_it_binds() -> None:
    binding = {"name": "relay", "ready": True, "reason": "", "sink": SINK, "subjects": ["relay-outbox"]}
    assert lines(binding)[1] == ["relay", "-", "relay-outbox.shop/run", "-", "binds relay-outbox"]


def test_a_broker_is_shown_with_what_waits_at_each_of_its_triggers_and_what_nobody_took() -> None:
    trigger = {
        "name": "record-sale", "ready": True, "reason": "", "subscriber": "http://record-sale.shop.svc.cluster.local",
        "waiting": 12, "retrying": 3, "parked": 1,
    }  # fmt: skip
    away = {**trigger, "name": "other", "ready": False, "reason": "its subscriber is not there", "subscriber": None}
    broker = {"name": "shop", "ready": True, "reason": "", "triggers": [trigger, away]}
    table = render({**FOUND, "brokers": [broker, {**broker, "name": "unused", "triggers": []}]}).partition("\n\n")[2]
    assert [" ".join(line.split()) for line in table.splitlines()] == [
        "BROKER TRIGGER SUBSCRIBER WAITING RETRYING PARKED STATE",
        "shop record-sale record-sale.shop 12 3 1 ready",
        "other - 12 3 1 not ready, its subscriber is not there",
        "unused - - 0 0 0 ready",
    ]
