"""What an event is on its way: nothing of it is lost, and it says what Knative's Broker adds."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.eventing.broker import events
from knative.local.eventing.broker.events import NotTakenError
from knative.local.eventing.broker.retries import Failure
from knative.local.eventing.event import Posted
from shared.cloud_events import CloudEvent
from shared.cloud_events_http import STRUCTURED, encode, parse

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENT = CloudEvent(id="1", source="/shop", type="zerocart.order.paid.v1", data=b'{"a": 1.50}')

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=20)
contents = st.one_of(
    st.just({"data": None}),
    st.sampled_from([b'{"a": 1.50}', b"[1,2]", b'"text"', b"12"]).map(lambda data: {"data": data}),
    st.binary(min_size=1).map(lambda raw: {"others": {"data_base64": base64.b64encode(raw).decode()}}),
)
cloud_events = st.builds(
    lambda content, **named: CloudEvent(**{**named, **content}),
    contents, id=words, source=st.sampled_from(["/shop", "urn:x", "https://a.example/b?c=d"]), type=words,
    subject=st.none() | words, time=st.none() | st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip


def received(posted: Posted) -> CloudEvent:
    """What a subscriber reads of it."""
    headers = dict(posted.headers)
    (event,) = parse(headers.get("content-type", ""), headers.items(), posted.body)
    return event


@given(cloud_events)
def test_a_subscriber_gets_the_event_that_was_sent_in_either_form(event: CloudEvent) -> None:
    assert received(events.posted(event, {}, "json")) == event
    found = received(events.posted(event, {}, "binary"))
    others = {name: value for name, value in found.others.items() if name != "datacontenttype"}
    assert (found.id, found.source, found.type, found.subject, found.time, found.data, others) == (
        event.id, event.source, event.type, event.subject, event.time, event.data, event.others,
    )  # fmt: skip


@given(cloud_events)
def test_what_is_kept_is_what_came(event: CloudEvent) -> None:
    kept = events.arrived(event, NOW)
    assert parse(STRUCTURED, (), encode(kept)) == [kept]
    assert events.to_subscriber(kept).others == {**event.others, "knativearrivaltime": "2026-11-24T12:00:00Z"}


def test_a_text_is_sent_as_it_came() -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "/s", "ce-type": "t"}
    posted = events.posted(events.read("text/plain", headers.items(), b"plain words"), {}, "")
    assert (posted.headers["content-type"], posted.body) == ("text/plain", b"plain words")


def test_an_event_comes_back_254_times_and_then_no_more() -> None:
    event = events.arrived(EVENT, NOW)
    for _ in range(254):
        event = events.arrived(events.reply(EVENT, event), NOW)
    with pytest.raises(NotTakenError, match="too often"):
        events.arrived(events.reply(EVENT, event), NOW)


def test_a_dead_letter_says_who_has_it_not_and_why() -> None:
    kept = events.arrived(EVENT, NOW)
    failure = Failure(destination="http://subscriber.example/", code=422, data=b"no such order")
    others = events.to_dead_letter_sink(kept, failure).others
    assert others["knativeerrordest"] == "http://subscriber.example/"
    assert others["knativeerrorcode"] == 422
    assert base64.b64decode(str(others["knativeerrordata"])) == b"no such order"
    assert others["knativebrokerttl"] == 255


def test_what_a_subscriber_says_is_told_up_to_1024_characters() -> None:
    failure = Failure(destination="http://subscriber.example/", code=500, data=b"x" * 5000)
    told = events.to_dead_letter_sink(EVENT, failure).others["knativeerrordata"]
    assert told == base64.b64encode(b"x" * 5000).decode()[:1024]


@pytest.mark.parametrize(
    ("content_type", "headers", "body", "reason"),
    [
        ("application/json", {}, b"{}", "no ce- headers"),
        (STRUCTURED, {}, b"{", "not the JSON"),
        (STRUCTURED, {}, b'{"specversion": "1.0", "id": "1", "source": "/s"}', "type is required"),
        (STRUCTURED, {}, b'{"specversion": "0.3", "id": "1", "source": "/s", "type": "t"}', "must be 1.0"),
        ("application/cloudevents-batch+json", {}, b"[]", "no batch"),
        ("application/cloudevents+avro", {}, b"", "content type"),
    ],
)
def test_what_is_no_event_is_not_taken_and_it_says_why(
    content_type: str, headers: dict[str, str], body: bytes, reason: str
) -> None:
    with pytest.raises(NotTakenError) as caught:
        events.read(content_type, headers.items(), body)
    assert reason in caught.value.reason


def test_headers_that_belong_to_the_event_go_along_and_no_others() -> None:
    given_headers = {
        "X-Request-Id": "1", "Traceparent": "00-1-2-01", "Knative-Foo": "bar", "X-B3-TraceId": "3",
        "Authorization": "Bearer secret", "Cookie": "a=b", "ce-id": "1", "Knative-Odd": "line\nbreak",
    }  # fmt: skip
    passed = {"x-request-id": "1", "traceparent": "00-1-2-01", "knative-foo": "bar", "x-b3-traceid": "3"}
    assert events.passed_on(given_headers.items()) == passed
