"""Events are stored when 202 is answered, each once, and nothing of a batch with a mistake."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.cloud_events_http import BATCH, STRUCTURED
from tests.unit.functions.conftest import Function, Reply, Shop, fields

EVENT: dict[str, object] = {"specversion": "1.0", "id": "1", "source": "/storefront", "type": "product.seen"}


@pytest.fixture
def record_event(shop: Shop) -> Function:
    return shop.function("record_event")


def send(client: Function, event: object, content_type: str = STRUCTURED) -> Reply:
    return client.post("/api/events", data=json.dumps(event), content_type=content_type)


def test_a_structured_event_is_stored_with_all_that_it_says(shop: Shop, record_event: Function) -> None:
    data = {"sku": "22423", "price": 1.10, "big": 12345678901234567890123}
    event = EVENT | {
        "subject": "22423",
        "time": "2026-11-24T11:00:00+01:00",
        "data": data,
        "traceparent": "00-ab-cd-01",
    }
    response = send(record_event, event)
    assert (response.status_code, response.json) == (202, {"accepted": 1, "duplicates": 0})
    assert shop.rows(
        "SELECT source, id, type, subject, time::text, data->>'price', data->>'big', others FROM analytics.events"
    ) == [
        ("/storefront", "1", "product.seen", "22423", "2026-11-24 10:00:00+00", "1.1", "12345678901234567890123",
         {"traceparent": "00-ab-cd-01"})
    ]  # fmt: skip


def test_an_event_is_stored_once_by_source_and_id(shop: Shop, record_event: Function) -> None:
    send(record_event, EVENT)
    assert send(record_event, EVENT | {"type": "another"}).json == {"accepted": 0, "duplicates": 1}
    assert send(record_event, EVENT | {"source": "/elsewhere"}).json == {"accepted": 1, "duplicates": 0}
    assert shop.rows("SELECT source, type FROM analytics.events ORDER BY source") == [
        ("/elsewhere", "product.seen"), ("/storefront", "product.seen"),
    ]  # fmt: skip


def test_an_event_that_stands_twice_in_a_batch_is_stored_once_as_it_stood_first(
    shop: Shop, record_event: Function
) -> None:
    response = send(record_event, [EVENT, EVENT | {"id": "2"}, EVENT | {"type": "later"}], BATCH)
    assert response.json == {"accepted": 2, "duplicates": 1}
    assert shop.rows("SELECT id, type FROM analytics.events ORDER BY id") == [
        ("1", "product.seen"), ("2", "product.seen"),
    ]  # fmt: skip


def test_an_empty_batch_is_nothing_to_do(record_event: Function) -> None:
    assert send(record_event, [], BATCH).json == {"accepted": 0, "duplicates": 0}


def test_of_a_batch_with_a_wrong_event_nothing_is_stored(shop: Shop, record_event: Function) -> None:
    response = send(record_event, [EVENT, EVENT | {"id": "2", "source": "no uri"}], BATCH)
    assert (response.status_code, fields(response)) == (422, ["[1].source"])
    assert shop.value("SELECT count(*) FROM analytics.events") == 0


def test_a_binary_event_has_its_attributes_in_headers_percent_encoded(shop: Shop, record_event: Function) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "caf%C3%A9", "ce-source": "/s", "ce-type": "t", "ce-shade": "red"}
    response = record_event.post("/api/events", data=b'{"a": 1}', content_type="application/json", headers=headers)
    assert (response.status_code, response.json) == (202, {"accepted": 1, "duplicates": 0})
    assert shop.rows("SELECT id, data, others FROM analytics.events") == [
        ("café", {"a": 1}, {"datacontenttype": "application/json", "shade": "red"})
    ]


def test_a_binary_event_without_content_or_type_of_content_is_an_event(shop: Shop, record_event: Function) -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"}
    assert record_event.post("/api/events", headers=headers).status_code == 202
    assert shop.rows("SELECT data, others FROM analytics.events") == [(None, {})]


def test_a_batch_as_large_as_the_limit_allows_is_stored(shop: Shop, record_event: Function) -> None:
    events = [EVENT | {"id": str(number)} for number in range(2500)]
    assert len(json.dumps(events)) < 256 * 1024
    assert send(record_event, events, BATCH).json == {"accepted": 2500, "duplicates": 0}


def test_more_than_256_kib_is_too_large(record_event: Function) -> None:
    response = send(record_event, EVENT | {"data": "x" * 256 * 1024})
    assert (response.status_code, response.json["type"]) == (413, "too-large")


def test_the_longest_source_and_id_fit_the_store(record_event: Function) -> None:
    longest = EVENT | {"source": "/" + "s" * 1023, "id": "€" * 256}
    assert send(record_event, longest).status_code == 202


@pytest.mark.parametrize("number", ["1e-20000", "123456789012345678901234567890e100", "-0.0", "1E+2"])
def test_a_strange_number_is_stored_or_refused_but_no_error_of_ours(record_event: Function, number: str) -> None:
    body = json.dumps(EVENT)[:-1] + f', "data": {number}}}'
    response = record_event.post("/api/events", data=body, content_type=STRUCTURED)
    assert response.status_code in {202, 400}, response.text


def test_batches_that_cross_all_are_stored_and_every_event_once(shop: Shop, record_event: Function) -> None:
    batches = [[EVENT | {"id": str(number)} for number in range(200)][:: 1 if turn % 2 else -1] for turn in range(12)]
    together = threading.Barrier(len(batches), timeout=10)

    def send_at_once(batch: list[dict[str, object]]) -> Reply:
        together.wait()
        return send(record_event, batch, BATCH)

    with ThreadPoolExecutor(len(batches)) as threads:
        answers = list(threads.map(send_at_once, batches))
    assert [answer.status_code for answer in answers] == [202] * len(batches)
    assert sum(answer.json["accepted"] for answer in answers) == 200
    assert shop.value("SELECT count(*) FROM analytics.events") == 200
