"""The picture fits the terminal whatever its size, and whatever the engine says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.top.frame import as_lines, frame

COUNTS = st.integers(0, 10_000)
# Others had a say in a name: what would steer a terminal is among it.
NAMES = st.text("abc-01\x1b\x9b\u202e", min_size=1, max_size=63)
REVISIONS = st.fixed_dictionaries(
    {
        "name": NAMES, "traffic": st.integers(0, 100), "instances": COUNTS,
        "ready_instances": COUNTS, "desired": COUNTS, "concurrency": st.floats(0, 1e6), "rps": st.floats(0, 1e6),
        "panic": st.booleans(), "metric": st.sampled_from(["concurrency", "rps"]), "target": st.floats(0.01, 1e6),
        "cold_starts": COUNTS, "last_cold_start": st.none(),
    }
)  # fmt: skip
PART = {"ready": True}


def stack(*revisions: dict[str, Any]) -> dict[str, Any]:
    services = [{"name": "list-products", "revisions": list(revisions)}]
    return frame({"services": services, "state": {"postgres": PART, "redis": PART}, "gateway": PART}, {}, "now")


def revision(name: str, **values: Any) -> dict[str, Any]:
    return {
        "name": name, "traffic": 0, "instances": 0, "ready_instances": 0, "desired": 0, "concurrency": 0.0, "rps": 0.0,
        "panic": False, "metric": "concurrency", "target": 1.0, "cold_starts": 0, "last_cold_start": None, **values,
    }  # fmt: skip


@given(st.lists(REVISIONS, max_size=30), st.integers(1, 200), st.integers(1, 60))
def test_no_line_is_wider_and_no_picture_is_higher_than_the_terminal(
    revisions: list[dict[str, Any]], columns: int, rows: int
) -> None:
    lines = as_lines(stack(*revisions), columns=columns, rows=rows)
    assert len(lines) <= rows
    assert all(len(line) <= columns for line in lines)
    assert all(line.isprintable() for line in lines)


@given(st.integers(0, 40), st.integers(8, 60))
def test_every_revision_is_listed_or_counted(count: int, rows: int) -> None:
    lines = as_lines(stack(*(revision(f"r-{number}") for number in range(count))), columns=200, rows=rows)
    listed = sum(line.startswith("r-") for line in lines)
    more = [int(line.split()[1]) for line in lines if line.startswith("... ")]
    assert listed + sum(more) == count


@pytest.mark.parametrize("awake", [{"instances": 1}, {"desired": 1}, {"concurrency": 0.5}], ids=str)
def test_what_runs_is_to_run_or_is_called_stands_above_what_rests(awake: dict[str, Any]) -> None:
    lines = as_lines(stack(revision("asleep"), revision("awake", **awake)), columns=200, rows=40)
    assert [line.split()[0] for line in lines if line.startswith("a")] == ["awake", "asleep"]
