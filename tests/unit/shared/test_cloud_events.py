"""CloudEvents over HTTP: three modes, every attribute checked, and all that is wrong said at once."""

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cloud_events import CloudEvent
from shared.cloud_events_http import BATCH, STRUCTURED, parse
from shared.errors import MalformedRequest, Unprocessable, UnsupportedMediaType

EVENT: dict[str, object] = {"specversion": "1.0", "id": "1", "source": "/s", "type": "t"}
HEADERS = [("Ce-Specversion", "1.0"), ("CE-ID", "1"), ("ce-source", "/s"), ("ce-type", "t")]


def structured(event: object) -> CloudEvent:
    [found] = parse(STRUCTURED, [], json.dumps(event).encode())
    return found


def wrong_fields(event: object, content_type: str = STRUCTURED) -> list[str]:
    with pytest.raises(Unprocessable) as error:
        parse(content_type, [], json.dumps(event).encode())
    return [wrong.field for wrong in error.value.errors]


def test_the_least_event_has_four_attributes() -> None:
    assert structured(EVENT) == CloudEvent(id="1", source="/s", type="t")


def test_a_null_is_as_good_as_nothing() -> None:
    assert structured(EVENT | {"subject": None, "time": None, "data": None, "other": None}) == structured(EVENT)


@pytest.mark.parametrize(
    ("time", "moment"),
    [
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24t10:00:00z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T11:30:00.5+01:30", datetime(2026, 11, 24, 10, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_a_time_is_rfc_3339_and_kept_in_utc(time: str, moment: datetime) -> None:
    assert structured(EVENT | {"time": time}).time == moment


@pytest.mark.parametrize(
    "time", ["2026-11-24", "2026-11-24T10:00:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "now", 5]
)
def test_another_time_is_refused(time: object) -> None:
    assert wrong_fields(EVENT | {"time": time}) == ["time"]


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert wrong_fields({"id": "", "source": "a b", "time": "now", "Upper": 1, "data_base64": "%"}) == [
        "specversion", "id", "source", "type", "time", "data_base64", "Upper",
    ]  # fmt: skip


def test_in_a_batch_each_wrong_event_is_named_by_its_place() -> None:
    assert wrong_fields([EVENT, EVENT | {"id": 5}, {}], BATCH)[:2] == ["[1].id", "[2].specversion"]


def test_extensions_are_kept_with_their_types() -> None:
    event = structured(EVENT | {"traceparent": "00-ab-cd-01", "count": -5, "urgent": True})
    assert event.others == {"traceparent": "00-ab-cd-01", "count": -5, "urgent": True}


@pytest.mark.parametrize("value", [1.5, 2**31, {"a": 1}, ["a"], "line\nfeed"])
def test_an_extension_of_another_type_is_refused(value: object) -> None:
    assert wrong_fields(EVENT | {"extension": value}) == ["extension"]


def test_data_is_kept_as_it_came() -> None:
    [event] = parse(STRUCTURED, [], json.dumps(EVENT)[:-1].encode() + b', "data": {"a" :  1.10}}')
    assert event.data == b'{"a" :  1.10}'


@pytest.mark.parametrize(
    ("data", "good"), [(r'"\u0000"', False), (r'"\\u0000"', True), (r'"\\\u0000"', False), (r'{"\u0000": 1}', False)]
)
def test_the_character_nul_cannot_be_stored_and_what_only_looks_like_it_can(data: str, good: bool) -> None:
    body = json.dumps(EVENT)[:-1].encode() + b', "data": ' + data.encode() + b"}"
    if good:
        assert parse(STRUCTURED, [], body)
    else:
        with pytest.raises(Unprocessable):
            parse(STRUCTURED, [], body)


def test_data_and_base64_exclude_each_other() -> None:
    assert structured(EVENT | {"data_base64": "AAEC"}).others == {"data_base64": "AAEC"}
    assert wrong_fields(EVENT | {"data_base64": "AAEC", "data": 1}) == ["data_base64"]


@pytest.mark.parametrize(
    ("content_type", "body", "data", "others"),
    [
        ("application/json", b'{"a":1}', b'{"a":1}', {"datacontenttype": "application/json"}),
        ("application/vnd.shop+json", b"1", b"1", {"datacontenttype": "application/vnd.shop+json"}),
        ("text/plain", "hé".encode(), '"hé"'.encode(), {"datacontenttype": "text/plain"}),
        ("image/png", b"\x00\x01", None, {"datacontenttype": "image/png", "data_base64": "AAE="}),
        ("", b"x", None, {"data_base64": "eA=="}),
        ("", b"", None, {}),
    ],
)
def test_in_binary_mode_the_body_is_the_data(
    content_type: str, body: bytes, data: bytes | None, others: dict[str, str]
) -> None:
    assert parse(content_type, HEADERS, body) == [CloudEvent(id="1", source="/s", type="t", data=data, others=others)]


@pytest.mark.parametrize(
    ("value", "subject"),
    [("caf%C3%A9", "café"), ("a%20b", "a b"), ('"quoted \\"so\\""', 'quoted "so"'), ("%2541", "%41"), (" x ", "x")],
)
def test_a_header_is_decoded_once(value: str, subject: str) -> None:
    [event] = parse("", [*HEADERS, ("ce-subject", value)], b"")
    assert event.subject == subject


def test_a_header_that_is_no_utf_8_is_refused() -> None:
    with pytest.raises(Unprocessable) as error:
        parse("", [*HEADERS, ("ce-subject", "%FF")], b"")
    assert [wrong.field for wrong in error.value.errors] == ["ce-subject"]


def test_another_format_of_structured_events_is_not_understood() -> None:
    with pytest.raises(UnsupportedMediaType):
        parse("application/cloudevents+avro", [], b"")


def test_what_carries_no_event_is_malformed() -> None:
    with pytest.raises(MalformedRequest):
        parse("application/json", [("Accept", "*/*")], json.dumps(EVENT).encode())


@given(
    body=st.binary(max_size=200), content_type=st.sampled_from([STRUCTURED, BATCH, "application/json", "text/plain"])
)
def test_no_body_breaks_it(body: bytes, content_type: str) -> None:
    with suppress(MalformedRequest, Unprocessable):
        parse(content_type, HEADERS, body)


@given(event=st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda v: st.dictionaries(st.text(), v)))
def test_no_json_breaks_it(event: object) -> None:
    with suppress(MalformedRequest, Unprocessable):
        parse(STRUCTURED, [], json.dumps(event).encode())
