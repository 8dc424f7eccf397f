from collections.abc import Sequence
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from knative.local.gradual_rollout import Rollout
from knative.local.model import (
    ConfigurationName,
    Namespace,
    RevisionName,
    Route,
    RouteName,
    RouteTarget,
    ServiceName,
    TrafficTarget,
)
from knative.local.rollout import Proof, Revision, by_configuration, failed, imported, latest_ready, proven
from knative.local.routing import NOTHING, Assigned, assign, choices, destination, objection, routes_to
from tests.unit.knative.local.children import new_revision

SHOP, LOGIN, CART = Namespace("shop"), ConfigurationName("login"), ConfigurationName("cart")
# What a Service makes of a document that says nothing of its traffic.
OF_SERVICE = Route(
    name=RouteName("login"), namespace=SHOP, service=ServiceName("login"),
    traffic=(TrafficTarget(percent=100, configuration=LOGIN),),
)  # fmt: skip
OWN = Route(
    name=RouteName("front"), namespace=SHOP,
    traffic=(TrafficTarget(percent=60, configuration=LOGIN), TrafficTarget(percent=40, configuration=CART)),
)  # fmt: skip
NOW_S = 1_000_000.0


def revision(generation: int, proof: Proof = Proof.READY, of: str = "login") -> Revision:
    return new_revision(of, generation, proof=proof)


def name(generation: int, of: str = "login") -> RevisionName:
    return RevisionName(f"{of}-{generation:05d}")


def shares(route: Route, known: Sequence[Revision], assigned: Assigned | None = None) -> dict[str, int]:
    found = destination(route, known, assigned or Assigned())
    return {target.revision: target.percent for target in found.targets}


def assigned(
    route: Route, known: Sequence[Revision], before: Assigned | None = None, *, default_s: int = 0
) -> Assigned | None:
    return assign(route, known, before, default_duration_s=default_s, now_s=NOW_S)


class TestOfAService:
    def test_a_revision_that_is_not_ready_leaves_the_one_before_it_serving(self) -> None:
        for newest in (revision(2, Proof.UNPROVEN), failed(revision(2), "it died")):
            assert shares(OF_SERVICE, [revision(1), newest]) == {"login-00001": 100}

    def test_once_proven_it_takes_all_the_traffic(self) -> None:
        newest = proven(revision(2, Proof.UNPROVEN))
        assert latest_ready(LOGIN, [revision(1), newest]) == newest
        assert shares(OF_SERVICE, [revision(1), newest]) == {"login-00002": 100}

    def test_a_split_and_a_tag_are_resolved(self) -> None:
        found = destination(SPLIT, [revision(1), revision(2)])
        assert {target.revision: target.percent for target in found.targets} == {"login-00001": 90, "login-00002": 10}
        assert found.tags == {"candidate": "login-00002", "old": "login-00001"}

    @given(
        percents=st.lists(st.integers(0, 100), min_size=1, max_size=4),
        proofs=st.lists(st.sampled_from(Proof), min_size=1, max_size=4),
    )
    def test_the_shares_always_sum_to_all_of_the_traffic_or_nobody_is_ready(
        self, percents: list[int], proofs: list[Proof]
    ) -> None:
        known = [revision(generation, proof) for generation, proof in enumerate(proofs, start=1)]
        traffic = tuple(
            TrafficTarget(percent=percent, revision=name(index)) for index, percent in enumerate(percents, start=1)
        )
        found = shares(replace(OF_SERVICE, traffic=traffic), known)
        ready = {each.name for each in known if each.proof is Proof.READY}
        assert sum(found.values()) == (100 if ready else 0)
        assert found.keys() <= ready

    def test_while_the_traffic_moves_those_who_share_it_have_it_and_a_tag_leads_to_the_latest(self) -> None:
        tagged = replace(OF_SERVICE, traffic=(TrafficTarget(percent=100, configuration=LOGIN, tag="new"),))
        found = destination(tagged, [revision(1), revision(2)], moving(70, 30))
        assert {target.revision: target.percent for target in found.targets} == {"login-00001": 70, "login-00002": 30}
        assert found.tags == {"new": "login-00002"}

    def test_a_rollout_of_a_traffic_or_of_revisions_that_are_no_more_counts_for_nothing(self) -> None:
        pinned = replace(OF_SERVICE, traffic=(TrafficTarget(percent=100, revision=name(1)),))
        assert shares(pinned, [revision(1), revision(2)], moving(70, 30)) == {"login-00001": 100}
        assert shares(OF_SERVICE, [revision(2)], moving(70, 30)) == {"login-00002": 100}

    @pytest.mark.parametrize(("own_s", "default_s", "percents"), [(30, 0, [99, 1]), (0, 30, [99, 1]), (0, 0, [100])])
    def test_it_says_how_long_its_rollouts_take_or_all_are_told_together(
        self, own_s: int, default_s: int, percents: list[int]
    ) -> None:
        route = replace(OF_SERVICE, rollout_duration_s=own_s)
        first = assigned(route, [revision(1)], default_s=default_s)
        found = assigned(route, [revision(1), revision(2)], first, default_s=default_s)
        assert found
        assert [share.percent for share in found.rollouts[LOGIN].shares] == percents

    @pytest.mark.parametrize("proof", [None, Proof.UNPROVEN, Proof.FAILED])
    def test_traffic_to_what_is_not_there_or_not_ready_leaves_everything_as_it_was(self, proof: Proof | None) -> None:
        known = [revision(1), revision(2)]
        before = assigned(SPLIT, known)
        wrong = replace(OF_SERVICE, traffic=(TrafficTarget(percent=100, revision=name(9)),))
        known += [revision(9, proof)] if proof else []
        after = assigned(wrong, known, before)
        assert after is not None
        assert after == before
        assert destination(wrong, known, after) == destination(SPLIT, known[:2], after)

    def test_traffic_that_never_was_assigned_goes_to_the_latest_that_is_ready(self) -> None:
        wrong = replace(OF_SERVICE, traffic=(TrafficTarget(percent=100, revision=name(9)),))
        assert shares(wrong, [revision(1)]) == {"login-00001": 100}

    def test_a_revision_that_was_imported_is_never_the_latest(self) -> None:
        own, brought = revision(1, Proof.UNPROVEN), imported(revision(7), 7)
        assert latest_ready(LOGIN, [own, brought]) is None
        assert shares(OF_SERVICE, [own, brought]) == {}
        assert brought.configuration_generation == 7

    def test_another_service_s_revision_gets_none_of_its_traffic(self) -> None:
        other = revision(1, of="cart")
        wrong = replace(OF_SERVICE, traffic=(TrafficTarget(percent=100, revision=other.name),))
        for found, words in (
            (other, 'belongs to Service "cart", not Service "login".'),
            (replace(other, service=None), 'does not belong to Service "login".'),
        ):
            said = objection(wrong, [revision(1), found], {LOGIN})
            assert said
            assert (said.reason, said.message, said.final) == (
                "RevisionNotOwned", f'Revision "cart-00001" {words}', True
            )  # fmt: skip


SPLIT = replace(
    OF_SERVICE,
    traffic=(
        TrafficTarget(percent=90, revision=name(1)),
        TrafficTarget(percent=10, configuration=LOGIN, tag="candidate"),
        TrafficTarget(percent=0, revision=name(1), tag="old"),
    ),
)


def moving(old_percent: int, new_percent: int) -> Assigned:
    of_each = ((1, old_percent), (2, new_percent))
    targets = tuple(RouteTarget(revision=name(number), percent=percent) for number, percent in of_each)
    return Assigned(rollouts={LOGIN: Rollout(shares=targets)})


class TestOfItsOwn:
    def test_it_is_about_the_revisions_of_its_configurations_and_those_it_names(self) -> None:
        known = [revision(1), revision(2), revision(1, of="cart"), revision(2, of="cart")]
        elsewhere = replace(revision(1, of="away"), namespace=Namespace("elsewhere"))
        route = replace(
            OWN,
            traffic=(
                TrafficTarget(percent=50, configuration=LOGIN),
                TrafficTarget(percent=0, configuration=elsewhere.configuration),
                TrafficTarget(percent=0, revision=elsewhere.name),
                TrafficTarget(percent=25, revision=name(2, "cart")),
                TrafficTarget(percent=25, revision=name(2)),
            ),
        )
        own = by_configuration([*known, elsewhere])
        found = choices(route, NOTHING, own, {each.name: each for each in [*known, elsewhere]})
        assert [each.name for each in found] == ["login-00001", "login-00002", "cart-00002"]
        # And about what it led to before: that may have to go on.
        found = choices(OF_SERVICE, Assigned(traffic=OWN.traffic), own, {})
        assert [each.name for each in found] == [each.name for each in known]

    def test_its_requests_go_to_the_latest_revisions_of_several_configurations(self) -> None:
        known = [revision(1), revision(2), revision(3, Proof.UNPROVEN), revision(1, of="cart")]
        assert shares(OWN, known) == {"login-00002": 60, "cart-00001": 40}

    def test_nothing_is_served_until_all_targets_are_there_once(self) -> None:
        """A Service has a latest revision of its own to fall back on; a Route has not."""
        known = [revision(1), revision(1, Proof.UNPROVEN, "cart")]
        assert assigned(OWN, known) is None
        assert shares(OWN, known) == {}
        assert shares(OWN, [revision(1), revision(1, of="cart")]) == {"login-00001": 60, "cart-00001": 40}

    def test_each_configuration_s_share_moves_by_itself(self) -> None:
        route = replace(OWN, rollout_duration_s=30)
        known = [revision(1), revision(1, of="cart")]
        first = assigned(route, known)
        found = assigned(route, [*known, revision(2, of="cart")], first)
        assert found
        assert [(each.revision, each.percent) for each in found.rollouts[LOGIN].shares] == [("login-00001", 60)]
        moved = [(each.revision, each.percent) for each in found.rollouts[CART].shares]
        assert moved == [("cart-00001", 39), ("cart-00002", 1)]
        assert shares(route, [*known, revision(2, of="cart")], found) == {
            "login-00001": 60, "cart-00001": 39, "cart-00002": 1
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("targets", "known", "there", "expected"),
        [
            ([LOGIN], [], [], ("ConfigurationMissing", 'Configuration "login" referenced in traffic not found.', True)),
            (
                [LOGIN], [], [LOGIN],
                ("RevisionMissing", 'Configuration "login" is waiting for a Revision to become ready.', False),
            ),
            (
                [LOGIN], [revision(1, Proof.FAILED)], [LOGIN],
                ("RevisionMissing", 'Configuration "login" does not have any ready Revision.', True),
            ),
            ([name(1)], [], [], ("RevisionMissing", 'Revision "login-00001" referenced in traffic not found.', True)),
            (
                [name(1)], [revision(1, Proof.FAILED)], [],
                ("RevisionMissing", 'Revision "login-00001" failed to become ready.', True),
            ),
            (
                [name(1)], [revision(1, Proof.UNPROVEN)], [],
                ("RevisionMissing", 'Revision "login-00001" is not yet ready.', False),
            ),
            # What passes by itself is told only where nothing else is wrong; of the rest, the last.
            (
                [LOGIN, CART, name(9)], [], [LOGIN],
                ("RevisionMissing", 'Revision "login-00009" referenced in traffic not found.', True),
            ),
            ([LOGIN, name(2)], [revision(1), revision(2)], [LOGIN], None),
        ],
    )  # fmt: skip
    def test_what_stands_against_its_traffic_is_said_in_knative_s_words(
        self,
        targets: Sequence[str],
        known: Sequence[Revision],
        there: Sequence[ConfigurationName],
        expected: tuple[str, str, bool] | None,
    ) -> None:
        traffic = tuple(
            TrafficTarget(percent=0, configuration=ConfigurationName(each))
            if each in {LOGIN, CART}
            else TrafficTarget(percent=0, revision=RevisionName(each))
            for each in targets
        )
        found = objection(replace(OWN, traffic=traffic), known, there)
        assert (found and (found.reason, found.message, found.final)) == expected

    @given(
        proofs=st.lists(st.tuples(st.sampled_from(("login", "cart")), st.sampled_from(Proof)), max_size=6),
        percent=st.integers(0, 100),
    )
    def test_it_leads_to_all_of_its_traffic_or_to_none_of_it(
        self, proofs: list[tuple[str, Proof]], percent: int
    ) -> None:
        known = [revision(generation, proof, of) for generation, (of, proof) in enumerate(proofs, start=1)]
        route = replace(
            OWN,
            traffic=(
                TrafficTarget(percent=percent, configuration=LOGIN),
                TrafficTarget(percent=100 - percent, configuration=CART),
            ),
        )
        found = shares(route, known)
        newest = {of: latest_ready(of, known) for of in (LOGIN, CART)}
        wanted = {each.name for of, each in newest.items() if each and (percent if of == LOGIN else 100 - percent)}
        assert sum(found.values()) in {0, 100}
        assert found.keys() in ({*()}, wanted)
        if all(newest.values()):
            assert found.keys() == wanted
        # And whatever becomes of them later, what was assigned once goes on.
        before = assigned(route, known)
        assert assigned(route, [], before) == before


def test_a_revision_knows_the_routes_that_lead_to_it() -> None:
    known = [revision(1), revision(1, of="cart")]
    tagged = replace(OF_SERVICE, traffic=(TrafficTarget(percent=100, configuration=LOGIN, tag="live"),))
    found = routes_to([destination(tagged, known), destination(OWN, known)])
    assert found == {"login-00001": ("front", "login"), "cart-00001": ("front",)}
