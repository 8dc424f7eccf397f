"""Where a split and a rollback send a Service's requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.objects.json_values import Json, Object, items
from knative.local.operations.traffic import Refused, before, split

READY = ["shop-00001", "shop-00003", "shop-00004"]
DOCUMENT: Object = {"kind": "Service", "spec": {"template": {"a": 1}, "traffic": []}}


def test_a_split_names_the_revisions_and_leaves_the_rest_of_the_manifest() -> None:
    found = split(DOCUMENT, READY, {"shop-00004": 10, "shop-00003": 90, "shop-00001": 0})
    assert not isinstance(found, Refused)
    assert items(found, "spec", "traffic") == [
        {"revisionName": "shop-00004", "percent": 10}, {"revisionName": "shop-00003", "percent": 90},
    ]  # fmt: skip
    assert found["spec"] == {**DOCUMENT["spec"], "traffic": items(found, "spec", "traffic")}  # type: ignore[dict-item]
    assert DOCUMENT["spec"] == {"template": {"a": 1}, "traffic": []}, "the one that was given is as it was"


def test_all_to_the_newest_lets_those_after_it_follow() -> None:
    found = split(DOCUMENT, READY, {"shop-00004": 100, "shop-00001": 0})
    assert not isinstance(found, Refused)
    assert items(found, "spec", "traffic") == [{"latestRevision": True, "percent": 100}]


def test_a_tag_keeps_its_host_and_gets_no_share_by_it() -> None:
    tags: list[Json] = [
        {"revisionName": "shop-00003", "percent": 100, "tag": "old"}, {"latestRevision": True, "tag": "next"},
    ]  # fmt: skip
    found = split({"kind": "Service", "spec": {"traffic": tags}}, READY, {"shop-00001": 100})
    assert not isinstance(found, Refused)
    assert items(found, "spec", "traffic") == [
        {"revisionName": "shop-00001", "percent": 100},
        {"revisionName": "shop-00003", "percent": 0, "tag": "old"},
        {"latestRevision": True, "percent": 0, "tag": "next"},
    ]


def test_a_revision_that_cannot_serve_gets_nothing() -> None:
    found = split(DOCUMENT, READY, {"shop-00002": 100})
    assert isinstance(found, Refused)
    assert found.kind == "unknown"


@given(st.dictionaries(st.sampled_from(READY), st.integers(-200, 300)))
def test_what_is_not_a_hundred_in_all_is_refused(percents: dict[str, int]) -> None:
    fits = sum(percents.values()) == 100 and min(percents.values()) >= 0
    assert isinstance(split(DOCUMENT, READY, percents), Refused) is not fits


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"shop-00004": 100}, "shop-00003"),
        ({"shop-00003": 100}, "shop-00001"),
        ({"shop-00004": 10, "shop-00003": 90}, "shop-00001"),
        ({"shop-00004": 50, "shop-00003": 50}, "shop-00003"),
    ],
)
def test_a_rollback_goes_to_the_one_before_the_one_that_serves(shares: dict[str, int], expected: str) -> None:
    assert before(READY, shares) == expected


@pytest.mark.parametrize("shares", [{"shop-00001": 100}, {}])
def test_before_the_first_there_is_nothing(shares: dict[str, int]) -> None:
    found = before(READY, shares)
    assert isinstance(found, Refused)
    assert found.kind == "state"
