"""What a PingSource sends is a CloudEvent that the shop's own reader of them takes."""

from datetime import UTC, datetime

import hypothesis.strategies as st
from hypothesis import given

from knative.local.eventing.event import ping
from knative.local.model import Namespace, PingSource, Sink
from shared.cloud_events import CloudEvent
from shared.cloud_events_http import parse

AT_S = 1_764_072_000.25


def source(
    *, content_type: str = "", data: bytes | None = None, extensions: dict[str, str] | None = None
) -> PingSource:
    return PingSource(
        name="relay", namespace=Namespace("shop"), sink=Sink(), content_type=content_type, data=data,
        extensions=extensions or {},
    )  # fmt: skip


def received(sent: PingSource) -> CloudEvent:
    made = ping(sent, "id-1", AT_S)
    assert all(value.isascii() and value.isprintable() for value in made.headers.values())
    (event,) = parse(made.headers.get("content-type", ""), list(made.headers.items()), made.body)
    return event


def test_it_is_knatives_event() -> None:
    event = received(source(content_type="application/json", data=b'{"a": 1}'))
    assert (event.id, event.type) == ("id-1", "dev.knative.sources.ping")
    assert event.source == "/apis/v1/namespaces/shop/pingsources/relay"
    assert event.time == datetime.fromtimestamp(AT_S, UTC)
    assert event.data == b'{"a": 1}'
    assert event.others == {"datacontenttype": "application/json"}


def test_without_data_there_is_no_body_and_no_type_of_one() -> None:
    made = ping(source(content_type="application/json"), "id-1", AT_S)
    assert made.body == b""
    assert "content-type" not in made.headers


@given(value=st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=40))
def test_an_extension_arrives_as_it_was_written_in_any_alphabet(value: str) -> None:
    assert received(source(extensions={"Team": value})).others == {"team": value}
