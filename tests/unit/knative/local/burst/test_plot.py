"""The plot: whatever came of a burst, a picture that a browser can draw, with nothing outside of it."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.burst.plot import WIDTH, nice_top, plot
from knative.local.burst.record import Scale, Second

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = st.integers(0, 10_000)
SCALES = st.builds(Scale, ready_count=COUNTS, desired_count=COUNTS, request_count=COUNTS)
LATENCIES = st.none() | st.floats(0, 30)
SECONDS = st.lists(
    st.builds(
        Second, number=st.just(0), sent_count=COUNTS, answered_count=COUNTS, refused_count=COUNTS, lost_count=COUNTS,
        p50_s=LATENCIES, p99_s=LATENCIES, scale=st.none() | SCALES,
    ),
    max_size=70,
).map(lambda found: [numbered(second, number) for number, second in enumerate(found)])  # fmt: skip


def numbered(second: Second, number: int) -> Second:
    return Second(
        number=number, sent_count=second.sent_count, answered_count=second.answered_count,
        refused_count=second.refused_count, lost_count=second.lost_count, p50_s=second.p50_s, p99_s=second.p99_s,
        scale=second.scale,
    )  # fmt: skip


@given(SECONDS)
def test_every_line_lies_within_the_picture(seconds: list[Second]) -> None:
    root = ElementTree.fromstring(plot(seconds, "a burst"))
    height = int(root.attrib["height"])
    for line in root.iter(f"{SVG}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= height


@given(st.text(st.characters(exclude_categories=["C"]), max_size=30))
def test_a_title_is_text_whatever_is_in_it(title: str) -> None:
    root = ElementTree.fromstring(plot([], f"GET /?q=<b>&{title}"))
    assert root.findtext(f"{SVG}title") == f"GET /?q=<b>&{title}"


@given(st.floats(0, 1e9))
def test_an_axis_ends_at_a_round_number_not_far_above_the_largest_value(largest: float) -> None:
    top = nice_top(largest)
    assert largest <= top <= max(1.0, 2.5 * largest)
    assert f"{top:.0f}".rstrip("0") in {"1", "2", "5"}


@pytest.mark.parametrize("known", [[True, False, True], [False, True, False]], ids=["a gap", "one alone"])
def test_what_is_not_known_interrupts_the_line(known: list[bool]) -> None:
    scale = Scale(ready_count=2, desired_count=2, request_count=1)
    seconds = [
        Second(
            number=number, sent_count=1, answered_count=1, refused_count=0, lost_count=0, p50_s=None, p99_s=None,
            scale=scale if each else None,
        )
        for number, each in enumerate(known)
    ]  # fmt: skip
    drawn = plot(seconds, "").count('<polyline stroke="#0969da"')
    assert drawn == sum(known) + 1, "a line a run, and the one of the key"
