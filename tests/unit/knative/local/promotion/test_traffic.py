"""What a promotion writes into `spec.traffic` is all that it must know, and it is valid at any moment."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knative.local.objects.json_values import Json, Object, items
from knative.local.promotion.traffic import Promotion, following, read, sole, write
from knative.local.store import Store
from shared.yaml_documents import Complaints, Node, read_text

names = st.sampled_from(["shop-00001", "shop-00002", "shop-00003"])


def service(traffic: list[Json], latest: str = "shop-00003") -> Object:
    return {"spec": {"traffic": traffic}, "status": {"latestReadyRevisionName": latest}}


def percents(traffic: list[Json]) -> int:
    total = 0
    for each in traffic:
        assert isinstance(each, dict)
        assert isinstance(each["percent"], int)
        total += each["percent"]
    return total


@given(names, names, st.integers(0, 100))
def test_what_is_under_way_reads_as_it_was_written(stable: str, candidate: str, percent: int) -> None:
    if stable != candidate:
        under_way = Promotion(stable=stable, candidate=candidate, percent=percent, is_waiting=False)
        assert read(service(write(under_way))) == under_way
        assert percents(write(under_way)) == 100


@given(names, st.sampled_from(["", "shop-00001"]))
def test_what_waits_reads_as_it_was_written_and_the_tag_follows_the_latest(stable: str, previous: str) -> None:
    waiting = Promotion(stable=stable, candidate="shop-00003", previous=previous)
    assert read(service(write(waiting))) == waiting
    assert read(service(write(waiting), latest="shop-00009")) == Promotion(
        stable=stable, candidate="shop-00009", previous=previous
    )
    assert percents(write(waiting)) == 100


@pytest.mark.parametrize(
    "traffic",
    [
        [],
        [{"latestRevision": True, "percent": 100}],
        [{"revisionName": "a", "percent": 50}, {"revisionName": "b", "percent": 50}],
        [{"revisionName": "a", "percent": 50}, {"revisionName": "b", "percent": 50},
         {"latestRevision": True, "percent": 0, "tag": "candidate"}],
        [{"revisionName": "a", "percent": 30}, {"revisionName": "b", "percent": 30},
         {"revisionName": "c", "percent": 40, "tag": "candidate"}],
    ],
    ids=["none", "latest", "split", "split with the tag", "three"],
)  # fmt: skip
def test_what_others_have_split_is_no_promotion(traffic: list[Json]) -> None:
    assert read(service(traffic)) is None


def test_other_tags_and_their_hosts_stay() -> None:
    before: list[Json] = [
        {"latestRevision": True, "percent": 100}, {"revisionName": "shop-00001", "percent": 0, "tag": "old"},
        {"revisionName": "shop-00002", "percent": 0, "tag": "previous"},
    ]  # fmt: skip
    kept = {"revisionName": "shop-00001", "percent": 0, "tag": "old"}
    assert write(Promotion(stable="shop-00003", candidate="shop-00003"), before)[2:] == [kept]
    assert following(before) == [{"latestRevision": True, "percent": 100}, kept]


def test_who_has_all_requests_is_told_from_what_is_and_not_from_what_was_asked() -> None:
    shares: list[Json] = [{"revisionName": "a", "percent": 1}, {"revisionName": "b", "percent": 99}]
    assert sole({"status": {"traffic": shares}}) == ""
    assert sole({"status": {"traffic": [{"revisionName": "a", "percent": 100}, {"revisionName": "b"}]}}) == "a"


MANIFEST = """
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: greet, namespace: shop}
spec:
  template: {spec: {containers: [{image: dev.local/greet, args: ["%s"]}]}}
"""


def document(text: str) -> Node:
    complaints = Complaints()
    (found,) = read_text(text, "service.yaml", complaints)
    complaints.raise_if_any()
    return found


def stands(store: Store, applied: Node, *, from_project: bool = False) -> dict[str, Any]:
    proposal = store.propose([applied], from_project=from_project)
    store.accept(proposal)
    (found,) = store.documents.values()
    assert isinstance(found.value, dict)
    return found.value


def test_who_applies_a_manifest_without_traffic_leaves_a_promotions_as_it_is(store: Store) -> None:
    first = MANIFEST % 1
    stands(store, document(first), from_project=True)
    pinned = "\n".join(["  traffic:", "    - {revisionName: greet-00001, percent: 100}",
                        "    - {latestRevision: true, percent: 0, tag: candidate}"])  # fmt: skip
    written = stands(store, document(first + pinned))
    for from_project in (True, False):
        found = stands(store, document(MANIFEST % 2), from_project=from_project)
        assert items(found, "spec", "traffic") == items(written, "spec", "traffic")
        assert found["spec"]["template"]["spec"]["containers"][0]["args"] == ["2"]


def test_elsewhere_a_manifest_without_traffic_means_all_of_it_to_the_latest(store: Store) -> None:
    stands(store, document(MANIFEST % 1 + "  traffic: [{revisionName: greet-00001, percent: 100}]"))
    assert "traffic" not in stands(store, document(MANIFEST % 2))["spec"]
