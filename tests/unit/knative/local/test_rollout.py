from collections.abc import Sequence
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.gradual_rollout import Rollout
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
from knative.local.programs.image import Image
from knative.local.reconciler import START_DEADLINE_S
from knative.local.rollout import (
    CONTAINER_MISSING,
    LEAST_KEPT_REVISIONS,
    MOST_KEPT_REVISIONS,
    NO_GC_ANNOTATION,
    RETAIN_SINCE_ACTIVE_S,
    RETAIN_SINCE_MADE_S,
    Proof,
    Revision,
    destination,
    failed,
    imported,
    latest_ready,
    next_revision,
    proven,
    rollouts,
    start_within_s,
    superfluous,
)

IMAGE = Image(name="login", command=("/bin/login",), folder="/")
PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline"

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


NAMED = replace(SERVICE, template=replace(SERVICE.template, name="login-blue"))


def test_a_revision_is_called_as_its_template_says() -> None:
    made = next_revision(NAMED, "abc", "login", [revision(1)])
    assert made is not None
    assert (made.name, made.generation) == ("login-blue", 2)


def test_a_name_that_is_taken_makes_no_other_revision() -> None:
    named = replace(revision(1), name=RevisionName("login-blue"))
    assert next_revision(NAMED, "other code", "login", [named]) is None


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


def test_a_revision_whose_image_leads_nowhere_is_tried_anew_only_when_it_leads_somewhere() -> None:
    missing = failed(revision(1, digest=CONTAINER_MISSING), "no such image", CONTAINER_MISSING)
    assert next_revision(SERVICE, CONTAINER_MISSING, "login", [missing]) is None
    made = next_revision(SERVICE, "abc", "login", [missing], IMAGE)
    assert made is not None
    assert (made.name, made.image) == ("login-00002", IMAGE)


@pytest.mark.parametrize(("annotation", "within_s"), [({}, 600.0), ({PROGRESS_DEADLINE: "90s"}, 90.0)])
def test_a_program_may_take_as_long_to_start_as_knative_gives_it_and_a_function_less(
    annotation: dict[str, str], within_s: float
) -> None:
    function = revision(1)
    template = replace(function.template, annotations=annotation)
    assert start_within_s(replace(function, image=IMAGE, template=template)) == within_s
    assert start_within_s(replace(function, template=template)) == START_DEADLINE_S


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


NOW_S = 1_000_000.0
OLD_S = NOW_S - RETAIN_SINCE_MADE_S
MANY = [revision(generation) for generation in range(1, LEAST_KEPT_REVISIONS + 4)]


def at(made_at_s: float, revisions: Sequence[Revision] = MANY) -> list[Revision]:
    """Some revisions, made one second after another."""
    return [replace(each, made_at_s=made_at_s + index) for index, each in enumerate(revisions)]


def test_old_revisions_stay_until_there_are_more_than_knative_keeps() -> None:
    assert superfluous({SERVICE.name: SERVICE}, at(OLD_S - 100), NOW_S) == {"login-00001", "login-00002"}


def test_a_young_revision_stays_however_many_there_are() -> None:
    assert superfluous({SERVICE.name: SERVICE}, at(OLD_S + 1), NOW_S) == set()


def test_a_revision_that_was_reached_not_long_ago_stays() -> None:
    many = at(OLD_S - 100)
    many[0] = replace(many[0], active_at_s=NOW_S - RETAIN_SINCE_ACTIVE_S + 1)
    assert superfluous({SERVICE.name: SERVICE}, many, NOW_S) == {"login-00002", "login-00003"}


def test_of_too_many_young_revisions_those_idle_for_longest_go() -> None:
    many = at(NOW_S - 5000, [revision(generation) for generation in range(1, MOST_KEPT_REVISIONS + 3)])
    many[0] = replace(many[0], active_at_s=NOW_S)
    assert superfluous({SERVICE.name: SERVICE}, many, NOW_S) == {"login-00002"}


def test_a_revision_that_is_to_be_kept_is_never_superfluous() -> None:
    template = replace(SERVICE.template, annotations={NO_GC_ANNOTATION: "True"})
    kept, *others = at(OLD_S - 100)
    assert superfluous({SERVICE.name: SERVICE}, [replace(kept, template=template), *others], NOW_S) == {"login-00002"}


def test_the_newest_ready_revision_is_never_superfluous() -> None:
    ready, *others = at(OLD_S - 100)
    found = superfluous({SERVICE.name: SERVICE}, [ready, *(failed(each, "broken") for each in others)], NOW_S)
    assert found == {"login-00002"}


def test_a_revision_that_carries_traffic_is_never_superfluous() -> None:
    pinned = replace(SERVICE, traffic=(TrafficTarget(percent=100, revision=RevisionName("login-00001")),))
    assert "login-00001" not in superfluous({SERVICE.name: pinned}, at(OLD_S - 100), NOW_S)


@pytest.mark.parametrize("proof", list(Proof))
def test_the_revisions_of_a_service_that_is_gone_go_too(proof: Proof) -> None:
    assert superfluous({}, [revision(1, proof)], NOW_S) == {"login-00001"}


def moving(old_percent: int, new_percent: int) -> Rollout:
    shares = ((1, old_percent), (2, new_percent))
    return Rollout(
        shares=tuple(RouteTarget(revision=revision(number).name, percent=percent) for number, percent in shares)
    )


def test_while_the_traffic_moves_those_who_share_it_have_it_and_a_tag_leads_to_the_latest() -> None:
    tagged = replace(SERVICE, traffic=(TrafficTarget(percent=100, tag="new"),))
    found = destination(tagged, [revision(1), revision(2)], moving(70, 30))
    assert [(target.revision, target.percent) for target in found.targets] == [("login-00001", 70), ("login-00002", 30)]
    assert found.tags == {"new": "login-00002"}


def test_a_rollout_of_a_traffic_or_of_revisions_that_are_no_more_counts_for_nothing() -> None:
    pinned = replace(SERVICE, traffic=(TrafficTarget(percent=100, revision=revision(1).name),))
    assert [each.revision for each in destination(pinned, [revision(1), revision(2)], moving(70, 30)).targets] == [
        "login-00001"
    ]
    assert [each.percent for each in destination(SERVICE, [revision(2)], moving(70, 30)).targets] == [100]


def test_a_revision_that_traffic_has_not_left_yet_is_kept() -> None:
    keeping = {SERVICE.name: moving(70, 30)}
    assert "login-00001" in superfluous({SERVICE.name: SERVICE}, at(OLD_S - 100), NOW_S)
    assert "login-00001" not in superfluous({SERVICE.name: SERVICE}, at(OLD_S - 100), NOW_S, keeping)


@pytest.mark.parametrize(("own_s", "default_s", "percents"), [(30, 0, [99, 1]), (0, 30, [99, 1]), (0, 0, [100])])
def test_a_service_says_how_long_its_rollouts_take_or_all_are_told_together(
    own_s: int, default_s: int, percents: list[int]
) -> None:
    service = replace(SERVICE, rollout_duration_s=own_s)
    first = rollouts([service], [revision(1)], {}, default_duration_s=default_s, now_s=NOW_S)
    found = rollouts([service], [revision(1), revision(2)], first, default_duration_s=default_s, now_s=NOW_S)
    assert [share.percent for share in found[service.name].shares] == percents


@pytest.mark.parametrize("proof", [None, Proof.UNPROVEN, Proof.FAILED])
def test_traffic_to_what_is_not_there_or_not_ready_leaves_everything_as_it_was(proof: Proof | None) -> None:
    split = replace(
        SERVICE,
        traffic=(
            TrafficTarget(percent=90, revision=RevisionName("login-00001")),
            TrafficTarget(percent=10, tag="candidate"),
        ),
    )
    known = [revision(1), revision(2)]
    before = rollouts([split], known, {}, default_duration_s=0, now_s=NOW_S)
    wrong = replace(SERVICE, traffic=(TrafficTarget(percent=100, revision=RevisionName("login-00009")),))
    known += [revision(9, proof)] if proof else []
    after = rollouts([wrong], known, before, default_duration_s=0, now_s=NOW_S)
    found = destination(wrong, known, after[SERVICE.name])
    assert found == destination(split, known[:2], before[SERVICE.name])
    assert {target.revision: target.percent for target in found.targets} == {"login-00001": 90, "login-00002": 10}
    assert found.tags == {"candidate": "login-00002"}


def test_traffic_that_never_was_assigned_goes_to_the_latest_that_is_ready() -> None:
    wrong = replace(SERVICE, traffic=(TrafficTarget(percent=100, revision=RevisionName("login-00009")),))
    (target,) = destination(wrong, [revision(1)], None).targets
    assert target.revision == "login-00001"


def test_a_revision_that_was_imported_is_never_the_latest() -> None:
    own, brought = revision(1, Proof.UNPROVEN), imported(revision(7), 7)
    assert latest_ready(SERVICE.name, [own, brought]) is None
    assert destination(SERVICE, [own, brought]).targets == ()
    assert brought.configuration_generation == 7
