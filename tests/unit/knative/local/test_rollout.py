from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.model import (
    Container,
    Namespace,
    RevisionName,
    RevisionTemplate,
    RouteTarget,
    Service,
    ServiceName,
    TrafficTarget,
)
from knative.local.rollout import (
    LEAST_KEPT_REVISIONS,
    Proof,
    Revision,
    destination,
    failed,
    latest_ready,
    next_revision,
    proven,
    superfluous,
)

SERVICE = Service(
    name=ServiceName("login"),
    namespace=Namespace("shop"),
    template=RevisionTemplate(container=Container(image="dev.local/zerocart/login")),
)


def revision(generation: int, proof: Proof = Proof.READY, digest: str = "") -> Revision:
    return Revision(
        name=RevisionName(f"login-{generation:05d}"),
        service=SERVICE.name,
        namespace=SERVICE.namespace,
        generation=generation,
        digest=digest or str(generation),
        function="login",
        template=SERVICE.template,
        proof=proof,
    )


def test_a_first_revision_is_called_as_knative_calls_it() -> None:
    made = next_revision(SERVICE, "abc", "login", [])
    assert made is not None
    assert (made.name, made.generation, made.proof) == ("login-00001", 1, Proof.UNPROVEN)


def test_the_same_template_and_code_make_no_new_revision() -> None:
    assert next_revision(SERVICE, "abc", "login", [revision(1, digest="abc")]) is None


def test_a_revision_that_failed_is_tried_anew_when_it_is_applied_again() -> None:
    made = next_revision(SERVICE, "abc", "login", [failed(revision(1, digest="abc"), "no secret")])
    assert made is not None
    assert made.name == "login-00002"


def test_a_change_makes_the_next_generation() -> None:
    made = next_revision(SERVICE, "new", "login", [revision(1), revision(2)])
    assert made is not None
    assert made.name == "login-00003"


def test_a_revision_that_is_not_ready_leaves_the_one_before_it_serving() -> None:
    for newest in (revision(2, Proof.UNPROVEN), failed(revision(2), "it died")):
        found = destination(SERVICE, [revision(1), newest])
        assert found.targets == (RouteTarget(revision=RevisionName("login-00001"), percent=100),)


def test_once_proven_it_takes_all_the_traffic() -> None:
    newest = proven(revision(2, Proof.UNPROVEN))
    assert latest_ready(SERVICE.name, [revision(1), newest]) == newest
    assert destination(SERVICE, [revision(1), newest]).targets[0].revision == "login-00002"


def test_a_split_and_a_tag_are_resolved() -> None:
    split = replace(
        SERVICE,
        traffic=(
            TrafficTarget(percent=90, revision=RevisionName("login-00001")),
            TrafficTarget(percent=10, tag="candidate"),
            TrafficTarget(percent=0, revision=RevisionName("login-00001"), tag="old"),
        ),
    )
    found = destination(split, [revision(1), revision(2)])
    assert {target.revision: target.percent for target in found.targets} == {"login-00001": 90, "login-00002": 10}
    assert found.tags == {"candidate": "login-00002", "old": "login-00001"}


@given(
    percents=st.lists(st.integers(0, 100), min_size=1, max_size=4),
    proofs=st.lists(st.sampled_from(Proof), min_size=1, max_size=4),
)
def test_the_shares_always_sum_to_all_of_the_traffic_or_nobody_is_ready(
    percents: list[int], proofs: list[Proof]
) -> None:
    known = [revision(generation, proof) for generation, proof in enumerate(proofs, start=1)]
    traffic = tuple(
        TrafficTarget(percent=percent, revision=RevisionName(f"login-{index:05d}"))
        for index, percent in enumerate(percents, start=1)
    )
    found = destination(replace(SERVICE, traffic=traffic), known)
    ready = {each.name for each in known if each.proof is Proof.READY}
    assert sum(target.percent for target in found.targets) == (100 if ready else 0)
    assert {target.revision for target in found.targets} <= ready


def test_old_revisions_stay_until_there_are_more_than_knative_keeps() -> None:
    many = [revision(generation) for generation in range(1, LEAST_KEPT_REVISIONS + 4)]
    assert superfluous({SERVICE.name: SERVICE}, many) == {"login-00001", "login-00002"}


def test_a_revision_that_carries_traffic_is_never_superfluous() -> None:
    pinned = replace(SERVICE, traffic=(TrafficTarget(percent=100, revision=RevisionName("login-00001")),))
    many = [revision(generation) for generation in range(1, LEAST_KEPT_REVISIONS + 4)]
    assert "login-00001" not in superfluous({SERVICE.name: pinned}, many)


@pytest.mark.parametrize("proof", list(Proof))
def test_the_revisions_of_a_service_that_is_gone_go_too(proof: Proof) -> None:
    assert superfluous({}, [revision(1, proof)]) == {"login-00001"}
